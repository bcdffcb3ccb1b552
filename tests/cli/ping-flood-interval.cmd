$MCAST ping -f -i 1
