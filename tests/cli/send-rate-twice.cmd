$MCAST send --rate 100 -i 0.1
