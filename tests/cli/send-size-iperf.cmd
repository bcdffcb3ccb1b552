$MCAST send --format iperf -s 19
