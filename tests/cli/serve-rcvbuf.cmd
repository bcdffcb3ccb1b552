$MCAST serve --rcvbuf -1
