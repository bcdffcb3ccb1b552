$MCAST groups 10.0.0.1@ff15::/16
