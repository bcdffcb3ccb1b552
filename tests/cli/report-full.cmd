$MCAST report -o /dev/full report-run.json
