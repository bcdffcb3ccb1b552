$MCAST send --io fast
