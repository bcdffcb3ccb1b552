$MCAST recv -v -q
