$MCAST host --each 3 239.1.1.1+2
