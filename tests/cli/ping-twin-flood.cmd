$MCAST ping --twin -f
