# sources that are asked for already: RFC 9776 6.6.3.2; RFC 9777 7.6.3.2
node R1 router
end 120
0       R1 < report allow G1 {a,b}, to_ex G2 {}
100     R1 < report block G1 {a}
100     R1 > query G1 {a} s no
# IGMP3-R-020: a is left alone, or it would never end; IGMP3-R-024: what is still due goes with what is new
100.5   R1 < report block G1 {a,b}
100.5   R1 > query G1 {a,b} s no
100.5   R1 = G1 include {a,b} timer a 1.5 timer b 2
101.5   R1 > query G1 {a,b} s no                # IGMP3-R-021: two times each; what came early for b is a's in addition
102     R1 = G1 include {b} timer b 0.5
102.5   R1 = G1 none
110     R1 < report to_in G2 {}
110     R1 > query G2 s no
# IGMP3-R-020: d begins with what is left of the group timer, and that is short already
110.5   R1 < report block G2 {d}
110.5   R1 = G2 exclude {d} {} timer 1.5 timer d 1.5
111     R1 > query G2 s no
112     R1 = G2 none
