$MCAST help completion
