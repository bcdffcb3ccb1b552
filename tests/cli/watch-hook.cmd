$MCAST watch -r - --on-join nope9-program
