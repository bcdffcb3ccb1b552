$MCAST host --hosts 2 239.1.1.1
