$MCAST serve ''
