$MCAST querier --config querier-good.conf eth0
