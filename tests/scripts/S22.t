# S22 group query, no state (RFC 9776 5.2)
node H1 host

0       H1 join G1
0       H1 join GS {a,b,c}
0       H1 > report to_ex G1 {}, allow GS {a,b,c} split
0.5     H1 > report to_ex G1 {}, allow GS {a,b,c} split
# IGMP3-H-064, IGMP3-H-031
10      H1 < query G2
10      H1 < query GS2 {a}
10      H1 = response none
10      H1 = groups 2
10      H1 silent until 60
