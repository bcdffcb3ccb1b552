$MCAST host -4 -6 239.1.1.1
