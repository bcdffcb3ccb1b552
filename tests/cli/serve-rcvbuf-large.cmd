$MCAST serve --rcvbuf 2G
