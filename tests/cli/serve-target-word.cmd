$MCAST serve example.org
