$MCAST host --from 2001:db8::/64 ff15::1
