$MCAST recv --format mpeg
