$MCAST recv --live --json
