$MCAST send --train 8 --lines -
