# INCLUDE(A), TO_EX(B): EXCLUDE(A*B,B-A), A*B is asked for: RFC 9776 6.4.2; RFC 9777 7.4.2
node R1 router
end 30
0       R1 < report allow G1 {a,b,c}, allow G2 {a}
10      R1 < report to_ex G1 {b,c,d}
10      R1 > query G1 {b,c} s no
10      R1 = G1 exclude {b,c} {d} timer 270 timer b 2 timer c 2       # IGMP3-R-014, RT-05
10      R1 = forwards a G1 yes
10      R1 = forwards d G1 no
11      R1 > query G1 {b,c} s no
12      R1 = G1 exclude {} {b,c,d} timer 268
# IGMP3-R-015
20      R1 < report to_ex G2 {b}
20      R1 = G2 exclude {} {b} timer 270
