sh options.sh send | sed 's/^--/-l /; s/^-\(.\)$/-s \1/' | while read -r o; do $MCAST completion fish | grep "_from send'" | grep -q -- " $o " || echo $o; done
