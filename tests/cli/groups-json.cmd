$MCAST groups -j 239.77.88.99 2>/dev/null | python3 -c 'import json, sys; d = json.load(sys.stdin); print(*d, *d["namespaces"][0])'
