$MCAST serve -w -1
