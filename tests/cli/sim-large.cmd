$MCAST sim /dev/zero
