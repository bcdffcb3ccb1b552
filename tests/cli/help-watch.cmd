$MCAST help watch
