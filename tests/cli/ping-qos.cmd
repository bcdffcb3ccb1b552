$MCAST ping -Q af50
