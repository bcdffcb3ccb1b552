$MCAST groups --follow --routes
