$MCAST host --robustness-variable 8 239.1.1.1
