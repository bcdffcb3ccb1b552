$MCAST send --file run.py -s 64..1400
