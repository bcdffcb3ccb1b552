$MCAST send --lines 239.1.1.1
