$MCAST doctor --fix -j
