$MCAST sim --pcap - -j sim-small.t
