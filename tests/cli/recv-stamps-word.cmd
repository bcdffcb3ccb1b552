$MCAST recv --stamps soft
