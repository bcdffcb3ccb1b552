$MCAST doctor ff02::1234
