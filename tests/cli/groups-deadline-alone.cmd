$MCAST groups -w 1
