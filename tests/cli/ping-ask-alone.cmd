$MCAST ping --ask 10.0.0.1
