$MCAST groups 239.1.2
