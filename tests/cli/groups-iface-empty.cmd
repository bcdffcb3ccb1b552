$MCAST groups ''
