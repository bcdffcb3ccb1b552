$MCAST sim .
