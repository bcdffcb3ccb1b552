$MCAST ping -s 65508
