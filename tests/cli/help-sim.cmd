$MCAST help sim
