$MCAST sim --pcap - sim-small.t sim-small.t | TZ=UTC $MCAST watch -r -
