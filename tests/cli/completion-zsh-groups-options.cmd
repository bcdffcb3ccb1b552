for o in $(sh options.sh groups); do $MCAST completion zsh | sed -n '/^	groups)/,/;;/p' | grep -qE -- "['*)]$o[+=]?\[" || echo $o; done
