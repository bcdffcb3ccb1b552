$MCAST querier --rcvbuf 1K lo
