$MCAST doctor --probe -t 256
