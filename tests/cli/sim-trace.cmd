$MCAST sim --trace sim-small.t
