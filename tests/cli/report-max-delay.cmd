$MCAST report --max-delay-p99 5parsec report-run.json
