$MCAST watch --live --json
