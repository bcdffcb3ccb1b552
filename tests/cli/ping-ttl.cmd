$MCAST ping --ttl 300
