$MCAST host -v -q 239.1.1.1
