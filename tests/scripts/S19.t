# S19 a later query, an earlier answer (RFC 9776 5.2, rule 2)
node H1 host

0       H1 join G1
0       H1 join GS {a,b,c}
0       H1 > report to_ex G1 {}, allow GS {a,b,c} split
0.5     H1 > report to_ex G1 {}, allow GS {a,b,c} split
10      H1 < query * f=0.9
10      H1 = response 9
# IGMP3-H-033: takes the place of what was pending
11      H1 < query * f=0.2
11      H1 = response 2
13      H1 > report is_ex G1 {}, is_in GS {a,b,c}
13.001  H1 silent until 60
