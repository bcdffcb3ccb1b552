$MCAST groups --follow --bridge
