$MCAST groups -4 ff15::1
