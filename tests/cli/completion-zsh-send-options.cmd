for o in $(sh options.sh send); do $MCAST completion zsh | sed -n '/^	send)/,/;;/p' | grep -qE -- "['*)]$o[+=]?\[" || echo $o; done
