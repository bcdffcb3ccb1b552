$MCAST send -v -q
