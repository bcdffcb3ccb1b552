$MCAST send -s 31
