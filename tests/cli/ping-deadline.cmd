$MCAST ping -w 0
