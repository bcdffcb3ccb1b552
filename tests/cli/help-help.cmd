$MCAST help help
