$MCAST watch -4 -6
