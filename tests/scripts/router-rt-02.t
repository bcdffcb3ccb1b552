# INCLUDE(A), IS_EX(B): EXCLUDE(A*B,B-A), nothing asked: RFC 9776 6.4.1; RFC 9777 7.4.1
node R1 router
end 290
0       R1 < report is_in G1 {a,b}
10      R1 < report is_ex G1 {b,c,d}
10      R1 = G1 exclude {b} {c,d} timer 270 timer b 260               # IGMP3-R-014, RT-02
10      R1 = forwards a G1 yes
10      R1 = forwards c G1 no
270     R1 = G1 exclude {} {b,c,d} timer 10
280     R1 = G1 none
