$MCAST recv -4 "[ff15::1]:5000"
