$MCAST send --ports 5009-5000 239.1.1.1
