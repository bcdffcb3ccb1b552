$MCAST serve 10.0.0.9@[ff3e::1]:5000
