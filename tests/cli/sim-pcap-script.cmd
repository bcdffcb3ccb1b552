$MCAST sim --pcap sim-small.t sim-small.t
