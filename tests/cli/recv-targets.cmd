$MCAST recv --targets /nonexistent/file
