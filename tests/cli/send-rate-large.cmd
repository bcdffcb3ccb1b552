$MCAST send --rate 2Gpps
