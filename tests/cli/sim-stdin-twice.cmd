$MCAST sim - -
