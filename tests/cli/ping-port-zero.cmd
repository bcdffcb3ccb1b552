$MCAST ping 239.1.2.3:0
