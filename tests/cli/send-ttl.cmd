$MCAST send -t 256
