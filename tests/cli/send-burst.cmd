$MCAST send --burst 0
