$MCAST host 224.0.0.1
