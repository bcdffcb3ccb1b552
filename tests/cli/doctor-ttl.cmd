$MCAST doctor -t 8
