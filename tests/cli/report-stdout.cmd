$MCAST report -o - --title 'A <b>' report-run.json | grep '<h1>'
