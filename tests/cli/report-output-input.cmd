d=$(mktemp -d) && cp report-run.json $d/run.json && $MCAST report -o $d/run.json $d/run.json 2>&1 | sed "s#$d#DIR#"; cmp report-run.json $d/run.json; rm -r $d
