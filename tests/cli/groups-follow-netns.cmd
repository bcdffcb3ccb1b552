$MCAST groups --follow --all-netns
