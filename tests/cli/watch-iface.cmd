$MCAST watch nope9
