# S78 a querier that is configured to the older version: RFC 9776 7.3.1; RFC 9777 8.3.1
# IGMP3-R-045: IGMPv2, MLD2-R-010: MLDv1: shorter queries, the response time is no float
node R1 router version older query-response-interval 20
end 110
ipv4: 0       R1 > raw 11c8ee3700000000
ipv6: 0       R1 > raw 820032074e20000000000000000000000000000000000000
0       R1 = group-membership-interval 290
1       R1 < report G1
1       R1 = G1 exclude {} {} timer 290
# ROB-016, IGMP3-R-045: a newer querier is warned of, once a minute
10      R1 < query * from R2
10      R1 = warned newer 1
20      R1 < query * from R2
20      R1 = warned newer 1
31.25   R1 > older query * max 20
71      R1 < query * from R2
71      R1 = warned newer 2
71      R1 = querier self
100     R1 < leave G1
# IGMP2-R-004, MLD1-R-001
ipv4: 100     R1 > raw 110afef2ef010101
ipv6: 100     R1 > raw 82007d1303e80000ff150000000000000000000000010001
101     R1 > older query G1 max 1
102     R1 = G1 none
