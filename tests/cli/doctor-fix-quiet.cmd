$MCAST doctor --fix -q
