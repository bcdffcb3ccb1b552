$MCAST watch -I eth0 --read=-
