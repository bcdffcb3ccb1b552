$MCAST ping [ff02::1234]:5000
