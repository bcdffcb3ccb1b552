$MCAST watch -r - eth0
