$MCAST querier --status nope9
