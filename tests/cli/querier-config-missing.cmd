$MCAST querier --check-config --config no/such.conf
