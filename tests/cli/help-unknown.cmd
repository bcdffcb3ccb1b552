$MCAST help pong
