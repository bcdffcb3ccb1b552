$MCAST report --max-loss much report-run.json
