$MCAST help groups
