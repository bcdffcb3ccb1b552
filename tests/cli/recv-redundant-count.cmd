$MCAST recv --redundant 239.1.1.1+2 239.1.2.1
