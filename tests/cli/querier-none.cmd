$MCAST querier
