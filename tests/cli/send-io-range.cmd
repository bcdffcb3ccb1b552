$MCAST send --io trains -s 64..1400
