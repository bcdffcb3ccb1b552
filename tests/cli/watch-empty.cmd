$MCAST watch -r - </dev/null
