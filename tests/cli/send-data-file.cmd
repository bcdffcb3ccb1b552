$MCAST send --data x --file run.py
