$MCAST ping -c
