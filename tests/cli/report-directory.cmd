$MCAST report .
