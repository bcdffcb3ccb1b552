$MCAST help ping
