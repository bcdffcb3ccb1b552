for v in serve ping send recv report watch sim help completion; do for h in -h --help; do [ "$($MCAST $v $h)" = "$($MCAST help $v)" ] || echo $v $h; done; done
