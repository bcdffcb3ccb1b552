$MCAST ping -f --window 9000
