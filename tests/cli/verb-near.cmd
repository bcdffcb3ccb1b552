$MCAST pign
