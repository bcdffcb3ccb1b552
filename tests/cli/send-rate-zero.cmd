$MCAST send --rate 0
