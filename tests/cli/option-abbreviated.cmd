$MCAST ping --count=3 --inter 1
