$MCAST recv --report x --hgrm x 239.1.1.1%lo
