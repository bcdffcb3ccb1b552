$MCAST listen
