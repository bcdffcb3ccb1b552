$MCAST ping --ssmping 10.0.0.1 239.1.2.3+2
