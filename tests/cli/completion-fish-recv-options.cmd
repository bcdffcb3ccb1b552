sh options.sh recv | sed 's/^--/-l /; s/^-\(.\)$/-s \1/' | while read -r o; do $MCAST completion fish | grep "_from recv'" | grep -q -- " $o " || echo $o; done
