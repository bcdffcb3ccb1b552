$MCAST recv 239.1.1.1:0
