$MCAST host 10.0.0.1
