# INCLUDE(A), TO_IN(B): INCLUDE(A+B), A-B is asked for: RFC 9776 6.4.2; RFC 9777 7.4.2
node R1 router
end 30
0       R1 < report allow G1 {a,b}, allow G2 {a}
10      R1 < report to_in G1 {b,c}
10      R1 > query G1 {a} s no
10      R1 = G1 include {a,b,c} timer a 2 timer b 270 timer c 270     # IGMP3-R-014, RT-06
11      R1 > query G1 {a} s no
12      R1 = G1 include {b,c} timer b 268 timer c 268
12      R1 = forwards a G1 no
# IGMP3-R-015
20      R1 < report to_in G2 {a,b}
20      R1 = G2 include {a,b} timer a 270 timer b 270
