$MCAST sim --trace -j sim-small.t
