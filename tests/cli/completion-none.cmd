$MCAST completion
