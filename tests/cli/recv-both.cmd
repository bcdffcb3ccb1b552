$MCAST recv -4 -6
