$MCAST send --rate fast
