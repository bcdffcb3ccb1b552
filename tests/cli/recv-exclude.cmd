$MCAST recv --exclude 239.1.1.1
