$MCAST doctor -w 0
