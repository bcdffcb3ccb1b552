$MCAST help report
