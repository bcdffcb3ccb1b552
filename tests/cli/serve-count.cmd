$MCAST serve -c 0
