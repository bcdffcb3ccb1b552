for o in $(sh options.sh sim); do $MCAST completion zsh | sed -n '/^	sim)/,/;;/p' | grep -qE -- "['*)]$o[+=]?\[" || echo $o; done
