$MCAST help recv
