$MCAST ping --ssmping '[2001:db8::1]:70000'
