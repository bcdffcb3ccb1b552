$MCAST send --train 129
