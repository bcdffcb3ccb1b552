$MCAST send -I nope0
