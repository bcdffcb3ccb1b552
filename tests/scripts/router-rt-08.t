# EXCLUDE(X,Y), IS_EX(A): EXCLUDE(A-Y,Y*A), A-X-Y begins, nothing asked: RFC 9776 6.4.1; RFC 9777 7.4.1
node R1 router
end 20
0       R1 < report is_ex G1 {c,d}
0       R1 < report is_in G1 {a,b}
10      R1 < report is_ex G1 {a,c,S5}
10      R1 = G1 exclude {a,S5} {c} timer 270 timer a 260 timer S5 270   # IGMP3-R-014, RT-08
10      R1 = forwards b G1 yes
10      R1 = forwards c G1 no
10      R1 = forwards d G1 yes
10      R1 = forwards S5 G1 yes
