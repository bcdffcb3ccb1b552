d=$(mktemp -d) && sh first.sh ../../man/mcast-sim.1.scd >$d/join.t && sh first.sh ../../README.md | diff $d/join.t - && cd $d && "$MCAST" sim join.t; rm -r $d
