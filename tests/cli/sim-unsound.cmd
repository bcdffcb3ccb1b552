printf "node R1 router query-interval 10\n0 R1 > query *\n" | $MCAST sim sim-small.t -
