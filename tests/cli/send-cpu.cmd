$MCAST send --cpu 100000 239.1.1.1
