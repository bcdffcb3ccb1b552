# a source that is listed twice is one: RFC 9776 6.4; RFC 9777 7.4
node R1 router
end 20
# ROB-010
0       R1 < report allow G1 {a,b,a}, is_ex G2 {c,c}
0       R1 = G1 include {a,b} timer a 270 timer b 270
0       R1 = G2 exclude {} {c} timer 270
10      R1 < report block G1 {a,a}
10      R1 > query G1 {a} s no
11      R1 > query G1 {a} s no
12      R1 = G1 include {b}
