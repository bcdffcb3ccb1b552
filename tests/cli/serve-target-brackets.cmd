$MCAST serve ff3e::1:5000
