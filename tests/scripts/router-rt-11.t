# EXCLUDE(X,Y), TO_EX(A): EXCLUDE(A-Y,Y*A), A-Y is asked for: RFC 9776 6.4.2; RFC 9777 7.4.2
node R1 router
end 30
0       R1 < report is_ex G1 {c,d}
0       R1 < report is_in G1 {a,b}
10      R1 < report to_ex G1 {a,c,S5}
10      R1 > query G1 {a,S5} s no
10      R1 = G1 exclude {a,S5} {c} timer 270 timer a 2 timer S5 2     # IGMP3-R-014, RT-11
10      R1 = forwards b G1 yes
10      R1 = forwards d G1 yes
11      R1 > query G1 {a,S5} s no
12      R1 = G1 exclude {} {a,c,S5} timer 268
# IGMP3-R-015
20      R1 < report to_ex G1 {a,c}
20      R1 = G1 exclude {} {a,c} timer 270
