# the newest version alone: RFC 9776 7.3.1, 7.2.1; RFC 9777 8.2.1
node R1 router compatible no
end 30
0       R1 < report to_ex G1 {}
1       R1 < older report G1
# IGMP3-R-047: the group keeps its version, and what that can say
1       R1 = G1 exclude {} {} version newest older older none
10      R1 < report block G1 {a}
10      R1 > query G1 {a} s no
11      R1 > query G1 {a} s no
12      R1 = G1 exclude {} {a}
