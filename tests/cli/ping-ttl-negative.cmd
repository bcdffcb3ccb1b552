$MCAST ping -t -1
