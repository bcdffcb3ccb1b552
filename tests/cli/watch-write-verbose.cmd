$MCAST watch -r - -v --write -
