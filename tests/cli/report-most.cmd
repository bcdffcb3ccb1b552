$MCAST report --most -1 report-run.json
