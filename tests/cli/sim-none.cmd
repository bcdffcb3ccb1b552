$MCAST sim -4
