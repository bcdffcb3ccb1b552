$MCAST watch -r /
