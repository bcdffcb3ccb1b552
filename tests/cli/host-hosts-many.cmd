$MCAST host --hosts 1000001 239.1.1.1
