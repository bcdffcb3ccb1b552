$MCAST ping --sweep 1000-9000
