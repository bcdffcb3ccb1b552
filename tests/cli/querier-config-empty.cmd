$MCAST querier --check-config --config /dev/null
