$MCAST querier --check-config --config querier-good.conf
