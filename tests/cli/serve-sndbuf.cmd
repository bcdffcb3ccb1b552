$MCAST serve --sndbuf 0
