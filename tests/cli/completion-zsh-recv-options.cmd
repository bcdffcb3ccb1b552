for o in $(sh options.sh recv); do $MCAST completion zsh | sed -n '/^	recv)/,/;;/p' | grep -qE -- "['*)]$o[+=]?\[" || echo $o; done
