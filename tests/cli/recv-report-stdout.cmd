$MCAST recv --report - 239.1.1.1%lo
