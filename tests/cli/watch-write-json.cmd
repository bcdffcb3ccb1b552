$MCAST watch -r - --write - --json
