$MCAST querier --check-config
