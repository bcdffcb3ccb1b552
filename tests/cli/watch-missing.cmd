$MCAST watch -r /nonexistent/file.pcap
