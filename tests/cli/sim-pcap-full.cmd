$MCAST sim -q --pcap /dev/full sim-small.t
