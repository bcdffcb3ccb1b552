$MCAST doctor -j -q
