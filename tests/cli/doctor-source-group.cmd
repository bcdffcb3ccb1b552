$MCAST doctor 239.1.2.3 239.1.2.4
