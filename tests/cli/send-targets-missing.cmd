$MCAST send --targets no-such-file
