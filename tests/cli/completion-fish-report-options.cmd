sh options.sh report | sed 's/^--/-l /; s/^-\(.\)$/-s \1/' | while read -r o; do $MCAST completion fish | grep "_from report'" | grep -q -- " $o " || echo $o; done
