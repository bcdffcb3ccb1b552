# EXCLUDE(X,Y), ALLOW(A): EXCLUDE(X+A,Y-A), A renewed, nothing asked: RFC 9776 6.4.2; RFC 9777 7.4.2
node R1 router
end 20
0       R1 < report is_ex G1 {b,d}
0       R1 < report is_in G1 {a,S5}
10      R1 < report allow G1 {a,b,c}
# IGMP3-R-014, RT-09: the group timer goes on
10      R1 = G1 exclude {a,b,c,S5} {d} timer 260 timer a 270 timer b 270 timer c 270 timer S5 260
10      R1 = forwards b G1 yes
