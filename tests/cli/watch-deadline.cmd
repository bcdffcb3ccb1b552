$MCAST watch -w 0
