$MCAST ping --twin --data x
