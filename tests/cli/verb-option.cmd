$MCAST -v ping
