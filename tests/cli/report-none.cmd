$MCAST report
