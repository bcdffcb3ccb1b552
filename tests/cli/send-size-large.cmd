$MCAST send -s 65508
