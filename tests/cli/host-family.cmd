$MCAST host -4 ff15::1
