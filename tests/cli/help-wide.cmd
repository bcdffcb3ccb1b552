for v in serve ping help completion; do $MCAST help $v; done | awk 'length > 80'
