$MCAST report - -
