$MCAST host 232.1.1.1
