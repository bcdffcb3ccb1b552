$MCAST help serve ping
