# other queriers of an older version: RFC 9776 6.6.2, 7.3.1; RFC 9777 8.3.1
node R1 router
end 160
0       R1 > query *
10      R1 < older query * from R2
10      R1 = warned older 1                                           # IGMP3-R-046, MLD2-R-010
10      R1 = querier self
# ROB-016: once a minute
20      R1 < older query * from R2
# IGMP3-R-059, IGMP2-R-008: it goes on in its own version
ipv4: 31.25   R1 > raw 1164ec1e00000000027d0000
ipv6: 31.25   R1 > raw 820056962710000000000000000000000000000000000000027d0000
69.9    R1 < older query * from R2
69.9    R1 = warned older 1
75      R1 < oldest query * from R2
75      R1 = warned older 2
80      R1 < report to_ex G1 {}
80      R1 = G1 exclude {} {} timer 270 version newest
156.25  R1 > query * s no qrv 2 qqi 125
