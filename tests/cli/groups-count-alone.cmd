$MCAST groups -c 1
