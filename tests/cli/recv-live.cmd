$MCAST recv --live
