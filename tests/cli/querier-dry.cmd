$MCAST querier --dry-run --listen-only lo
