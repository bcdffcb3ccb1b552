$MCAST querier --status --config querier-good.conf
