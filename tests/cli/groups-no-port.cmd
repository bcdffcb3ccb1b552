$MCAST groups ff15::1:5000
