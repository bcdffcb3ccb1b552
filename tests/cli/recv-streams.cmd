$MCAST recv --streams 0
