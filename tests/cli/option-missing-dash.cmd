$MCAST ping --data -x
