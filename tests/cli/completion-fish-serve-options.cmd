sh options.sh serve | sed 's/^--/-l /; s/^-\(.\)$/-s \1/' | while read -r o; do $MCAST completion fish | grep "_from serve'" | grep -q -- " $o " || echo $o; done
