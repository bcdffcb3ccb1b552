$MCAST ping --window 5
