$MCAST send --pattern f
