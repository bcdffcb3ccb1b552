$MCAST doctor -4 -6
