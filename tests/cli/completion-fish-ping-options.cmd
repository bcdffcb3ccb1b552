sh options.sh ping | sed 's/^--/-l /; s/^-\(.\)$/-s \1/' | while read -r o; do $MCAST completion fish | grep "_from ping'" | grep -q -- " $o " || echo $o; done
