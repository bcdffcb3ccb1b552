$MCAST recv --stamps hardware
