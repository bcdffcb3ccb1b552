$MCAST doctor --wait 5
