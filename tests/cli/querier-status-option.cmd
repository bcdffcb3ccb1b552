$MCAST querier --status --query-interval 30
