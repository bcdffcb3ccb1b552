for v in serve ping watch sim help completion; do $MCAST help $v; done | awk 'length > 80'
