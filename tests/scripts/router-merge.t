# reports and queries while queries are due: RFC 9776 6.4.2, 6.6.3.2; RFC 9777 7.4.2, 7.6.3.2
node R1 router
end 60
0       R1 < report allow G1 {a,b}, is_ex G2 {c}, is_in G2 {a,b}
10      R1 < report block G1 {b}
10      R1 > query G1 {b} s no
# IGMP3-R-024: b is no longer listed, and nothing of it is left to be asked
10.5    R1 < report is_ex G1 {a}
10.5    R1 = G1 exclude {a} {} timer 270 timer a 259.5
13      R1 = G1 exclude {a} {} timer 267.5
20      R1 < report to_in G2 {}
20      R1 > query G2 {a,b} s no
20      R1 > query G2 s no
20.5    R1 < report is_in G2 {a}
21      R1 > query G2 s no
21      R1 > query G2 {b} s no
21      R1 > query G2 {a} s yes optional                              # IGMP3-R-023
22      R1 = G2 include {a} timer a 268.5
