$MCAST recv --max-delay-p99 5m
