$MCAST recv -I nosuch0
