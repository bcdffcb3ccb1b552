# every message in a group's older version: RFC 9776 7.3.2; RFC 9777 8.3.2
node R1 router
end 60
0       R1 < report is_in G1 {d}
0       R1 = G1 include {d} version newest
# IGMP3-R-050, IGMP3-R-049, MLD2-R-011: at once
1       R1 < older report G1
1       R1 = G1 exclude {} {} timer 270 version older older older 260
10      R1 < report is_in G1 {a}                                      # IGMP3-R-052
10      R1 = G1 exclude {a} {} timer 261 timer a 270 version older
20      R1 < report allow G1 {b}
20      R1 = G1 exclude {a,b} {} timer 251 timer b 270
30      R1 < report is_ex G1 {b,c}
30      R1 = G1 exclude {b,c} {} timer 270 timer b 260 timer c 270 older older 231
40      R1 < older report G1
40      R1 = G1 exclude {} {} timer 270 version older older older 260
50      R1 < report to_in G1 {}                                       # IGMP3-R-050: it is a leave
50      R1 > query G1 s no
51      R1 > query G1 s no
52      R1 = G1 none
