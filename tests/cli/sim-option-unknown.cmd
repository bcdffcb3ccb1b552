$MCAST sim --sead 3 sim-small.t
