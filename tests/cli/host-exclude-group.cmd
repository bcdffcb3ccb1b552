$MCAST host --exclude 239.0.0.9 239.1.1.1
