# INCLUDE(A), ALLOW(B): INCLUDE(A+B), B renewed, nothing asked: RFC 9776 6.4.2; RFC 9777 7.4.2
node R1 router
end 280
0       R1 < report allow G1 {a,b}
10      R1 < report allow G1 {b,c}
10      R1 = G1 include {a,b,c} timer a 260 timer b 270 timer c 270   # IGMP3-R-014, RT-03
270     R1 = G1 include {b,c}
280     R1 = G1 none
