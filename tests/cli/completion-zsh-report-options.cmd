for o in $(sh options.sh report); do $MCAST completion zsh | sed -n '/^	report)/,/;;/p' | grep -qE -- "['*)]$o[+=]?\[" || echo $o; done
