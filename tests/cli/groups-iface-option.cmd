$MCAST groups -I nosuch9
