$MCAST host --exclude 10.0.0.9,me 239.1.1.1
