for o in $(sh options.sh host); do $MCAST completion zsh | sed -n '/^	host)/,/;;/p' | grep -qE -- "['*)]$o[+=]?\[" || echo $o; done
