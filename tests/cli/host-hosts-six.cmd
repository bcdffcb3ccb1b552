$MCAST host --hosts 2 --from 10.0.8.0/22 239.1.1.1 ff15::1
