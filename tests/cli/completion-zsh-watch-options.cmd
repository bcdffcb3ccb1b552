for o in $(sh options.sh watch); do $MCAST completion zsh | sed -n '/^	watch)/,/;;/p' | grep -qE -- "['*)]$o[+=]?\[" || echo $o; done
