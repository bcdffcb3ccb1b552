$MCAST groups 239.1.1.1@239.0.0.0/8
