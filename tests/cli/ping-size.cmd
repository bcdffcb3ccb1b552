$MCAST ping -s 31
