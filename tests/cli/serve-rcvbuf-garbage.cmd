$MCAST serve --rcvbuf 64KB
