$MCAST querier -4 -6 lo
