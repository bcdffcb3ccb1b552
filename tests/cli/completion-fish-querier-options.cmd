sh options.sh querier | sed 's/^--/-l /; s/^-\(.\)$/-s \1/' | while read -r o; do $MCAST completion fish | grep "_from querier'" | grep -q -- " $o " || echo $o; done
