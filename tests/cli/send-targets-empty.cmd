$MCAST send --targets /dev/null
