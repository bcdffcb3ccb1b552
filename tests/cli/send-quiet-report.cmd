$MCAST send -q --report-interval 1
