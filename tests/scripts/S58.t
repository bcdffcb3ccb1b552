# S58 INCLUDE to EXCLUDE: RFC 9776 6.4.2; RFC 9777 7.4.2
# MLD2-R-009: lists of requested and of excluded sources
node R1 router
end 20
0       R1 < report allow G1 {a,b}
10      R1 < report to_ex G1 {b,c}
10      R1 > query G1 {b} s no                          # RT-05
10      R1 = G1 exclude {b} {c} timer 270 timer b 2
10      R1 = forwards a G1 yes                          # it has gone from the list, nobody excludes it
10      R1 = forwards b G1 yes
10      R1 = forwards c G1 no
11      R1 > query G1 {b} s no
11.999  R1 = forwards b G1 yes
12      R1 = G1 exclude {} {b,c} timer 268              # IGMP3-R-011, MLD2-R-009: kept, and excluded
12      R1 = forwards b G1 no
12      R1 = forwards * G1 yes
