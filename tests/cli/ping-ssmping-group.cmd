$MCAST ping --ssmping 239.1.2.3
