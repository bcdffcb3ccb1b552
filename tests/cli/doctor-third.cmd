$MCAST doctor 239.1.2.3 10.0.0.9 eth0
