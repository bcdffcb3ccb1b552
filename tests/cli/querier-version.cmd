$MCAST querier --igmp-version 4 lo
