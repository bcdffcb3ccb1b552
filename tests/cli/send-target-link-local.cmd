$MCAST send [ff02::1234]:5000
