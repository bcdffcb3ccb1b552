# S53 startup of a querier: RFC 9776 8.3, 8.6, 8.7; RFC 9777 9.3, 9.6, 9.7
# IGMP3-R-003, IGMP3-R-004: two queries, a quarter of the interval between them, then one each interval
# IGMP3-R-005: every field of them
node R1 router
end 300
0       R1 > query * to NODES max 10 s no qrv 2 qqi 125 flags 0
0       R1 = querier self
0       R1 = next-query 31.25
# The same to the octet: 12 and 28 of them.
ipv4: 31.25   R1 > raw 1164ec1e00000000027d0000 to 224.0.0.1
ipv6: 31.25   R1 > raw 820056962710000000000000000000000000000000000000027d0000 to ff02::1
31.25   R1 = next-query 125
ipv4: 156.25  R1 > query * to NODES code 100 s no qrv 2 qqic 125
ipv6: 156.25  R1 > query * to NODES code 10000 s no qrv 2 qqic 125
281.25  R1 > query * max 10 s no qrv 2 qqi 125
