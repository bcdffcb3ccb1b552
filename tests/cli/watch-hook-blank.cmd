$MCAST watch -r - --on-warning " "
