$MCAST report -o /nonexistent/page.html /nonexistent/run.json
