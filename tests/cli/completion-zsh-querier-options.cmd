for o in $(sh options.sh querier); do $MCAST completion zsh | sed -n '/^	querier)/,/;;/p' | grep -qE -- "['*)]$o[+=]?\[" || echo $o; done
