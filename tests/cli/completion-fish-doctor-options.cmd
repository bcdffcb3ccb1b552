sh options.sh doctor | sed 's/^--/-l /; s/^-\(.\)$/-s \1/' | while read -r o; do $MCAST completion fish | grep "_from doctor'" | grep -q -- " $o " || echo $o; done
