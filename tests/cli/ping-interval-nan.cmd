$MCAST ping -i nan
