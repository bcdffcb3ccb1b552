$MCAST ping -qz
