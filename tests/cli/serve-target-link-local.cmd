$MCAST serve [ff02::1234]:5000
