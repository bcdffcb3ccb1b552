$MCAST ping --ssmping 10.0.0.1 -f
