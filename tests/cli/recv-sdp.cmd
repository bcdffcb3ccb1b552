$MCAST recv /nonexistent/file.sdp
