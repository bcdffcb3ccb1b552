$MCAST send --targets - -
