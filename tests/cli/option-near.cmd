$MCAST ping --tll 3
