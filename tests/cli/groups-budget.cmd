$MCAST groups --budget soon
