$MCAST recv --seq-at 4:9
