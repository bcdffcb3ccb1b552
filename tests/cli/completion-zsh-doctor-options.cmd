for o in $(sh options.sh doctor); do $MCAST completion zsh | sed -n '/^	doctor)/,/;;/p' | grep -qE -- "['*)]$o[+=]?\[" || echo $o; done
