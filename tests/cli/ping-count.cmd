$MCAST ping -c 0
