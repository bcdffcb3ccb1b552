$MCAST ping --sweep 9000..1000
