# INCLUDE(A), IS_IN(B): INCLUDE(A+B), B renewed, nothing asked: RFC 9776 6.4.1; RFC 9777 7.4.1
node R1 router
end 290
0       R1 < report is_in G1 {a,b}
10      R1 < report is_in G1 {b,c}
10      R1 = G1 include {a,b,c} timer a 260 timer b 270 timer c 270   # RT-01, IGMP3-R-014
270     R1 = G1 include {b,c} timer b 10 timer c 10
270     R1 = forwards a G1 no
270     R1 = forwards b G1 yes
280     R1 = G1 none
