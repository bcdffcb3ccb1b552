$MCAST serve -t 300
