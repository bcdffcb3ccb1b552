$MCAST groups 239.0.0.0/33
