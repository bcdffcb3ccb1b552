$MCAST sim -6 sim-small.t
