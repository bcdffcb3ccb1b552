for v in serve ping watch help completion; do $MCAST help $v; done | awk 'length > 80'
