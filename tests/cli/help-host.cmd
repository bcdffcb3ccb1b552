$MCAST help host
