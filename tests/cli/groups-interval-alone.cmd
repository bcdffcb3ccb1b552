$MCAST groups -i 1
