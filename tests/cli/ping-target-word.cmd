$MCAST ping example.org
