$MCAST doctor -v -q
