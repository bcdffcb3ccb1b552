$MCAST sim sim-small.t /nonexistent/file.t
