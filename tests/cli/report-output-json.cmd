$MCAST report -j -o page.html report-run.json
