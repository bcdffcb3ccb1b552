$MCAST watch -c 0
