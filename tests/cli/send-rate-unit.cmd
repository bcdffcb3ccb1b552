$MCAST send --rate 100k
