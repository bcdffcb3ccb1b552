$MCAST serve --clients 0
