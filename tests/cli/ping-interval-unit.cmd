$MCAST ping -i 5s
