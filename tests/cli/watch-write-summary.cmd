$MCAST watch --write - --summary
