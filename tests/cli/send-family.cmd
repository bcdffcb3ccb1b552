$MCAST send -4 -6
