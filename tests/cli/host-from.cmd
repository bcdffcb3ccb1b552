$MCAST host --from 10.0.8.0/33 239.1.1.1
