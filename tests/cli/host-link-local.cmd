$MCAST host ff02::1234
