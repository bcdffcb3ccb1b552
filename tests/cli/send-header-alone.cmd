$MCAST send --header 239.1.1.1
