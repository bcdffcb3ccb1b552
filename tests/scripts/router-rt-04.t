# INCLUDE(A), BLOCK(B): A*B is asked for: RFC 9776 6.4.2; RFC 9777 7.4.2
node R1 router
end 30
0       R1 < report allow G1 {a,b}
10      R1 < report block G1 {b,c}
10      R1 > query G1 {b} s no
10      R1 = G1 include {a,b} timer a 260 timer b 2                   # IGMP3-R-014, RT-04
10      R1 = forwards c G1 no
11      R1 > query G1 {b} s no
12      R1 = G1 include {a} timer a 258
# IGMP3-R-015: nothing of it is there, nothing is asked
20      R1 < report block G1 {b,c}
20      R1 = G1 include {a} timer a 250
