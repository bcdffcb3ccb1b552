$MCAST querier nope9
