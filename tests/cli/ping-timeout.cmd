$MCAST ping -W 0
