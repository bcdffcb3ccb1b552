# current states ask nothing, whatever they change: RFC 9776 6.1, 6.4.1; RFC 9777 7.1, 7.4.1
node R1 router member no
end 30
0       R1 < report allow G1 {a,b}, is_ex G2 {c}, allow G3 {a,b}
0       R1 < report allow G2 {a,b}
1       R1 silent until 30                                             # IGMP3-R-017
10      R1 < report is_in G1 {c}, is_in G2 {c}, is_ex G3 {c}
10      R1 = G1 include {a,b,c} timer a 260 timer b 260 timer c 270
10      R1 = G2 exclude {a,b,c} {} timer 260 timer c 270
10      R1 = G3 exclude {} {c} timer 270
20      R1 < report is_ex G2 {}, is_in G1 {}
20      R1 = G2 exclude {} {} timer 270
20      R1 = G1 include {a,b,c} timer a 250 timer c 260
