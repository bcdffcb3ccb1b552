$MCAST recv --linger 0
