$MCAST querier --query-interval 10 --query-max-response-time 10 lo
