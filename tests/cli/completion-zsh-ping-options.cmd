for o in $(sh options.sh ping); do $MCAST completion zsh | sed -n '/^	ping)/,/;;/p' | grep -qE -- "['*)]$o[+=]?\[" || echo $o; done
