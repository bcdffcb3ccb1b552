# the older version has no query of sources: RFC 9776 7.3.1; RFC 9777 8.3.1
node R1 router version older
end 60
0       R1 < report allow GS {a,b}, is_ex G1 {c}
0       R1 < report is_in G1 {a}
10      R1 < report block GS {a}
# DEC-16, IGMP3-R-045: not sent, and no timer is lowered for it
10      R1 = GS include {a,b} timer a 260 timer b 260
20      R1 < report to_in G1 {}
20      R1 > older query G1 max 1
20      R1 = G1 exclude {a} {c} timer 2 timer a 250
21      R1 > older query G1 max 1
22      R1 = G1 include {a} timer a 248
