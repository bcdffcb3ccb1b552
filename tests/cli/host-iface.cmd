$MCAST host 239.1.1.1%nope9
