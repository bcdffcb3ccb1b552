$MCAST send -I lo --file no-such-file
