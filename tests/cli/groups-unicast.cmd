$MCAST groups 10.0.0.1
