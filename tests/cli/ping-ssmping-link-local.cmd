$MCAST ping --ssmping fe80::1
