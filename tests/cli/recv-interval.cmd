$MCAST recv -i 0.001 239.1.1.1%lo
