# S72 a member of the older version: RFC 9776 7.3.2; RFC 9777 8.3.2
# IGMP3-R-050, MLD2-R-011: what its reports do to the group
node R1 router
end 40
0       R1 < older report G1
0       R1 = G1 exclude {} {} timer 270 version older older older 260   # IGMP3-R-048, IGMP3-R-049
0       R1 = forwards * G1 yes
10      R1 < report block G1 {a}
10      R1 = G1 exclude {} {} timer 260 version older
20      R1 < report to_ex G1 {a}
20      R1 = G1 exclude {} {} timer 270 version older older older 240
20      R1 = forwards a G1 yes
30      R1 < leave G1
# IGMP2-R-004, MLD1-R-001: two queries, the second last-member interval ends it
# IGMP3-R-055: in the newest format all the same
ipv4: 30      R1 > raw 110afc75ef010101027d0000
ipv6: 30      R1 > raw 82007a9203e80000ff150000000000000000000000010001027d0000
30      R1 = G1 exclude {} {} timer 2
31      R1 > query G1 max 1 s no
32      R1 = G1 none
32      R1 = told G1 no
