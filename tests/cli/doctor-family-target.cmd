$MCAST doctor -6 239.1.2.3
