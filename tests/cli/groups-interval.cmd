$MCAST groups --follow -i 0
