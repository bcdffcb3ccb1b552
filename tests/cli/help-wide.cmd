for v in serve ping send recv report watch sim help completion; do $MCAST help $v; done | awk 'length > 80'
