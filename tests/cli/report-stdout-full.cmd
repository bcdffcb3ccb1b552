$MCAST report -o - report-run.json >/dev/full
