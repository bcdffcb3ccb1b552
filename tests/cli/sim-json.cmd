$MCAST sim -j sim-small.t
