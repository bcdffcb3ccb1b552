$MCAST report keys.py
