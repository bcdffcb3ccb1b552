$MCAST send --file run.py --format iperf
