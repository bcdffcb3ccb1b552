for w in help --help -h; do $MCAST $w | cmp - verbs.out; done
