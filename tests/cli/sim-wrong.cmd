printf "node R1 router\n0  R1 frobs\n" | $MCAST sim sim-small.t -
