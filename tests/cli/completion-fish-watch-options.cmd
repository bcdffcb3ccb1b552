sh options.sh watch | sed 's/^--/-l /; s/^-\(.\)$/-s \1/' | while read -r o; do $MCAST completion fish | grep "_from watch'" | grep -q -- " $o " || echo $o; done
