$MCAST send --io single --train 8
