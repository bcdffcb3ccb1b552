# S24 source query, nothing that matches (RFC 9776 5.2)
node H1 host

0       H1 join G1
0       H1 join GS {a,b,c}
0       H1 > report to_ex G1 {}, allow GS {a,b,c} split
0.5     H1 > report to_ex G1 {}, allow GS {a,b,c} split
# IGMP3-H-041, MLD2-H-007: no answer rather than an empty one
10      H1 < query GS {d}
10      H1 silent until 60
60      H1 = GS include {a,b,c} response none
