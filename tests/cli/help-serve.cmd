$MCAST help serve
