# the S flag keeps nothing else back: RFC 9776 4.1.5; RFC 9777 5.1.7
node R2 router
end 70
0       R2 > query *
31.25   R2 > query *
# IGMP3-R-029: it elects the querier, and the host role answers
60      R2 < query * s yes from R1
60      R2 = querier R1
60      R2 = other-querier 255
65      R2 > report is_ex REPORTS {}
