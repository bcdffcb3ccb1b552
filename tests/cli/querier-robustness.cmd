$MCAST querier --robustness-variable 8 lo
