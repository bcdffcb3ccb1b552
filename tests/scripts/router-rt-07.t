# EXCLUDE(X,Y), IS_IN(A): EXCLUDE(X+A,Y-A), A renewed, nothing asked: RFC 9776 6.4.1; RFC 9777 7.4.1
node R1 router
end 290
0       R1 < report is_ex G1 {b,d}
0       R1 < report is_in G1 {a,S5}
0       R1 = G1 exclude {a,S5} {b,d} timer 270 timer a 270 timer S5 270
10      R1 < report is_in G1 {a,b,c}
# IGMP3-R-014, RT-07: the group timer goes on
10      R1 = G1 exclude {a,b,c,S5} {d} timer 260 timer a 270 timer b 270 timer c 270 timer S5 260
10      R1 = forwards b G1 yes
10      R1 = forwards d G1 no
270     R1 = G1 include {a,b,c} timer a 10 timer b 10 timer c 10
280     R1 = G1 none
