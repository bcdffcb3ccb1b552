$MCAST ping --ttl=one
