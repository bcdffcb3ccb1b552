$MCAST ping --qos 256
