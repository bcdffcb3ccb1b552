$MCAST report --json report-run.json
