sh options.sh sim | sed 's/^--/-l /; s/^-\(.\)$/-s \1/' | while read -r o; do $MCAST completion fish | grep "_from sim'" | grep -q -- " $o " || echo $o; done
