$MCAST help send
