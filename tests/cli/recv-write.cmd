$MCAST recv --write /nonexistent/file 239.1.1.1%lo
