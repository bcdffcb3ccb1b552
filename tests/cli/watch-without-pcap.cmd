"$MCAST_WITHOUT_PCAP" watch -r no-such-file
