$MCAST recv 10.0.0.1
