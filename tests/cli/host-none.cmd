$MCAST host
