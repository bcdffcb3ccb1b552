$MCAST send --train 8 -s 64..1400
