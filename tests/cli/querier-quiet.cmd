$MCAST querier -v -q lo
