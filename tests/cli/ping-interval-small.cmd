$MCAST ping -i 0.0001
