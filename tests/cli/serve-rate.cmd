$MCAST serve --rate -1
