$MCAST send -Q af50
