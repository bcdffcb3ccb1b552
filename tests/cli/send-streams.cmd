$MCAST send -I lo --ports 1-65535 239.1.1.1+100
