$MCAST groups -4 -6
