$MCAST sim -4 -6 sim-small.t
