$MCAST querier --check-config --config querier-wrong.conf
