$MCAST ping -6 --ssmping 10.0.0.1
