$MCAST recv --seq-at 4:4 --format rtp
