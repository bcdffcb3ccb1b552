$MCAST send -s 1400..64
