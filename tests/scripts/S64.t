# S64 EXCLUDE, TO_IN: RFC 9776 6.4.2, 6.5; RFC 9777 7.4.2, 7.5
node R1 router
end 20
0       R1 < report is_ex G1 {c}
0       R1 < report allow G1 {a,b}
10      R1 < report to_in G1 {a,d}
# RT-12: both kinds of query
10      R1 > query G1 {b} s no
10      R1 > query G1 s no
10      R1 = G1 exclude {a,b,d} {c} timer 2 timer a 270 timer b 2 timer d 270
11      R1 > query G1 {b} s no
11      R1 > query G1 s no
11.999  R1 = forwards b G1 yes
11.999  R1 = forwards c G1 no
12      R1 = G1 include {a,d} timer a 268 timer d 268   # IGMP3-R-012
12      R1 = forwards b G1 no
12      R1 = forwards * G1 no
12      R1 = told G1 yes
