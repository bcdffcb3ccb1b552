$MCAST send -I lo --file .
