$MCAST send -I lo --ports 5000-5009 239.1.1.1:5000
