$MCAST sim --seed x sim-small.t
