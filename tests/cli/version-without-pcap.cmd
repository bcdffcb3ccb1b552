"$MCAST_WITHOUT_PCAP" --version
