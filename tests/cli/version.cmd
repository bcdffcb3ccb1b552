$MCAST --version
