$MCAST groups nosuch9
