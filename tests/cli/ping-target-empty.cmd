$MCAST ping ''
