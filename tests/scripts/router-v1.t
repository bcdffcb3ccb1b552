# a router that is configured to IGMPv1: RFC 9776 7.3.1
family ipv4
node R1 router version 1
end 60
0       R1 > raw 1100eeff00000000 to 224.0.0.1                         # IGMP3-R-044
1       R1 < report G1
1       R1 < report to_ex G2 {}, allow GS {a}
1       R1 < v1 report G3
1       R1 = G3 exclude {} {} timer 270 version 1
# IGMP3-R-044: there is no query of one group in IGMPv1, and leaving has no effect
10      R1 < leave G1
10      R1 = G1 exclude {} {} timer 261
10      R1 = count rx-ignored 1
11      R1 < report to_in G2 {}, block GS {a}
11      R1 = G2 exclude {} {} timer 260
11      R1 = GS include {a} timer a 260                               # DEC-16
20      R1 < v2 query * from R2
20      R1 = warned newer 1
21      R1 < v3 query * from R2
21      R1 = warned newer 1
31.25   R1 > v1 query *
