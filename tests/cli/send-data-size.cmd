$MCAST send --data x -s 100
