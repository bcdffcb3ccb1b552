# every message in a group's version 1: RFC 9776 7.3.2
family ipv4
node R1 router
end 60
0       R1 < v1 report G1
10      R1 < report block G1 {a}                                      # IGMP3-R-051
10      R1 = G1 exclude {} {} timer 260 version 1
20      R1 < report to_ex G1 {a}                                      # IGMP3-R-051: as without sources
20      R1 = G1 exclude {} {} timer 270 version 1 older 1 240
30      R1 < v2 report G1
30      R1 = G1 exclude {} {} timer 270 version 1 older 1 230 older 2 260
40      R1 < report is_in G1 {a}                                      # IGMP3-R-052
40      R1 = G1 exclude {a} {} timer 260 timer a 270
41      R1 < report allow G1 {b}
41      R1 = G1 exclude {a,b} {} timer 259 timer b 270
42      R1 < report is_ex G1 {c}
42      R1 = G1 exclude {c} {} timer 270 timer c 270
50      R1 < v1 report G1                                             # IGMP3-R-051: IS_EX of nothing
50      R1 = G1 exclude {} {} timer 270 version 1 older 1 260 older 2 240
