for o in $(sh options.sh serve); do $MCAST completion zsh | sed -n '/^	serve)/,/;;/p' | grep -qE -- "['*)]$o[+=]?\[" || echo $o; done
