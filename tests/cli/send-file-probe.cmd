$MCAST send --file run.py --format probe
