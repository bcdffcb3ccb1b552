$MCAST host --igmp-version 4 239.1.1.1
