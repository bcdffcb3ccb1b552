# S30 group query before a later general answer (RFC 9776 5.2, rule 3)
node H1 host

0       H1 join G1
0       H1 join GS {a,b,c}
0       H1 > report to_ex G1 {}, allow GS {a,b,c} split
0.5     H1 > report to_ex G1 {}, allow GS {a,b,c} split
10      H1 < query * f=0.9
# IGMP3-H-034
11      H1 < query G1 f=0.5
11.5    H1 > report is_ex G1 {}
11.501  H1 silent until 19
# IGMP3-H-037: the general answer leaves nothing out
19      H1 > report is_ex G1 {}, is_in GS {a,b,c}
19.001  H1 silent until 60
