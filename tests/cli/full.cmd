$MCAST help >/dev/full
