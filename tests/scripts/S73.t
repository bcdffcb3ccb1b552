# S73 a member of IGMPv1: RFC 9776 7.3.2; RFC 2236 5
family ipv4
node R1 router
end 280
0       R1 < v1 report G1
0       R1 = G1 exclude {} {} timer 270 version 1 older 1 260 older 2 none   # IGMP3-R-048, IGMP3-R-049
10      R1 < leave G1                                     # IGMP2-R-007, IGMP3-R-051
10      R1 = G1 exclude {} {} timer 260 queries 0
20      R1 < report to_in G1 {}                           # IGMP3-R-051
20      R1 = G1 exclude {} {} timer 250 queries 0
259.999 R1 = G1 exclude {} {} version 1
260     R1 = G1 exclude {} {} timer 10 version 3 older 1 none   # IGMP3-R-054
270     R1 = G1 none
270     R1 = told G1 no
