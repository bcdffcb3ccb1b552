$MCAST ping --twin --sweep 100..200
