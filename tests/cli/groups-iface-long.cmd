$MCAST groups abcdefghijklmnop
