$MCAST ping ff3e::1:5000
