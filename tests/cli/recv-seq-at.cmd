$MCAST recv --seq-at 4
