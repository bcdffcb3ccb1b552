$MCAST serve --ttl 0
