$MCAST ping --quiet=1
