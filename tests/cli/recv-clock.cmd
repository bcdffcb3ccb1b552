$MCAST recv --clock ntp
