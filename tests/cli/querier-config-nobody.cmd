d=$(mktemp -d); echo "phyint eth3 disable" >$d/q.conf; $MCAST querier --config $d/q.conf; code=$?; rm -r $d; exit $code
