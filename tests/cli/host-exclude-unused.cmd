$MCAST host --exclude 10.0.0.9 10.0.0.8@239.1.1.1 ff15::1
