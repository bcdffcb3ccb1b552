# EXCLUDE(X,Y), BLOCK(A): EXCLUDE(X+(A-Y),Y), A-Y is asked for: RFC 9776 6.4.2; RFC 9777 7.4.2
node R1 router
end 30
0       R1 < report is_ex G1 {c}
0       R1 < report is_in G1 {a,b}
10      R1 < report block G1 {a,c,d}
10      R1 > query G1 {a,d} s no
10      R1 = G1 exclude {a,b,d} {c} timer 260 timer a 2 timer b 260 timer d 2   # IGMP3-R-014, RT-10
10      R1 = forwards d G1 yes
11      R1 > query G1 {a,d} s no
12      R1 = G1 exclude {b} {a,c,d} timer 258 timer b 258
12      R1 = forwards d G1 no
# IGMP3-R-015
20      R1 < report block G1 {a,c}
20      R1 = G1 exclude {b} {a,c,d} timer 250
