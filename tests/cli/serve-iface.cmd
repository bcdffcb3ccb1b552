$MCAST serve -I nope9 239.1.2.3:5000
