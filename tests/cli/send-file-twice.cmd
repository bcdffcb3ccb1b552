$MCAST send --file run.py - 239.1.1.1
