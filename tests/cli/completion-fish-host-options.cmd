sh options.sh host | sed 's/^--/-l /; s/^-\(.\)$/-s \1/' | while read -r o; do $MCAST completion fish | grep "_from host'" | grep -q -- " $o " || echo $o; done
