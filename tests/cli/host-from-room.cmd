$MCAST host --hosts 3 --from 10.0.8.0/30 239.1.1.1
