# S63 EXCLUDE, TO_EX: RFC 9776 6.4.2; RFC 9777 7.4.2
node R1 router
end 130
0       R1 < report is_ex G1 {b}
0       R1 < report allow G1 {a}
119     R1 = G1 exclude {a} {b} timer 151 timer a 151
120     R1 < report to_ex G1 {a,b,c}
120     R1 > query G1 {a,c} s no                           # RT-11
120     R1 = G1 exclude {a,c} {b} timer 270 timer a 2 timer c 2
121     R1 > query G1 {a,c} s no
122     R1 = G1 exclude {} {a,b,c} timer 268
122     R1 = forwards c G1 no
122     R1 = forwards d G1 yes
