$MCAST host --hosts 1000 --from 10.0.8.0/22 239.0.0.0+20001
