$MCAST help querier
