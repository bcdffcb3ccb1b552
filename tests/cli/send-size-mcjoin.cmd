$MCAST send --format mcjoin -s 100
