$MCAST ping -i 1e3
