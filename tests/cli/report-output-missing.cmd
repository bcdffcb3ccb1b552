$MCAST report -o /nonexistent/page.html report-run.json
