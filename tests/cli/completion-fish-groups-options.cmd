sh options.sh groups | sed 's/^--/-l /; s/^-\(.\)$/-s \1/' | while read -r o; do $MCAST completion fish | grep "_from groups'" | grep -q -- " $o " || echo $o; done
