$MCAST ping "$(printf -- '--x\033[2J')"
