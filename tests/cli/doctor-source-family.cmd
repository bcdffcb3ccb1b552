$MCAST doctor 239.1.2.3 2001:db8::9
