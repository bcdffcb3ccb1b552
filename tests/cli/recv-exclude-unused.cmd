$MCAST recv --exclude 10.0.0.9 10.0.0.8@232.1.1.1
