$MCAST sim -v sim-fails.t
