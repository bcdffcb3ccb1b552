$MCAST sim -q sim-small.t sim-fails.t
