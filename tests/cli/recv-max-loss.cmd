$MCAST recv --max-loss 101%
