$MCAST doctor --soak 5
