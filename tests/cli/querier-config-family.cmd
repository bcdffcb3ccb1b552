$MCAST querier --config querier-good.conf -6
