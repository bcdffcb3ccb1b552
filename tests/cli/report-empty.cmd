$MCAST report /dev/null
