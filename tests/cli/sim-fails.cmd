$MCAST sim sim-small.t sim-fails.t
