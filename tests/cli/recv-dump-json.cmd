$MCAST recv -j --dump 239.1.1.1%lo
