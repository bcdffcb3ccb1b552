$MCAST send --rate 1e3
