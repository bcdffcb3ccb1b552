$MCAST recv --redundant 239.1.1.1
