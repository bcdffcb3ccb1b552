$MCAST recv --cpu 8000
