$MCAST watch --write - --live
