# S28 group query, then source query (RFC 9776 5.2, rule 4)
node H1 host

0       H1 join G1
0       H1 join GS {a,b,c}
0       H1 > report to_ex G1 {}, allow GS {a,b,c} split
0.5     H1 > report to_ex G1 {}, allow GS {a,b,c} split
10      H1 < query GS f=0.8
# IGMP3-H-035: the whole state, as the first query asked
10.1    H1 < query GS {a} f=0.3
10.4    H1 > report is_in GS {a,b,c}
10.401  H1 silent until 60
