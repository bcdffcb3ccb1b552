"$MCAST_WITHOUT_PCAP" sim --pcap no-such-file sim-small.t
