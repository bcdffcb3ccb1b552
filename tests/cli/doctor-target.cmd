$MCAST doctor 10.0.0.9
