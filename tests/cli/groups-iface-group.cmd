$MCAST groups 239.1.2.3%nosuch9
