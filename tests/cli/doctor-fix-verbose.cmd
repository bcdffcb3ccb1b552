$MCAST doctor --fix -v
