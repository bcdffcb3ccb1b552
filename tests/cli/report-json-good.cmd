$MCAST report --json --max-loss 50% report-run.json | wc -l
