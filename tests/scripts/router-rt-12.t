# EXCLUDE(X,Y), TO_IN(A): EXCLUDE(X+A,Y-A), X-A and the group are asked for: RFC 9776 6.4.2; RFC 9777 7.4.2
node R1 router
end 50
0       R1 < report is_ex G1 {c}, is_ex G2 {c}
0       R1 < report is_in G1 {a,b}, is_in G2 {a}
10      R1 < report to_in G1 {a,c,d}
10      R1 > query G1 {b} s no
10      R1 > query G1 s no
10      R1 = G1 exclude {a,b,c,d} {} timer 2 timer a 270 timer b 2 timer c 270 timer d 270   # IGMP3-R-014, RT-12
11      R1 > query G1 {b} s no
11      R1 > query G1 s no
12      R1 = G1 include {a,c,d} timer a 268 timer c 268 timer d 268
# IGMP3-R-015: all of X is in A, the group alone is asked for
20      R1 < report to_in G2 {a}
20      R1 > query G2 s no
20      R1 = G2 exclude {a} {c} timer 2 timer a 270
21      R1 > query G2 s no
22      R1 = G2 include {a} timer a 268
22      R1 = forwards * G2 no
