$MCAST groups l0
