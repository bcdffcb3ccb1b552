$MCAST host --churn 1e3 239.1.1.1
