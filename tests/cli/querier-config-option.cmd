$MCAST querier --config querier-good.conf --query-interval=30
