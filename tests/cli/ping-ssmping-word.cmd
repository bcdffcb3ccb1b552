$MCAST ping --ssmping server
