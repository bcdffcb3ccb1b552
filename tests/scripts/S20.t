# S20 a later query, a later answer (RFC 9776 5.2, rule 1)
node H1 host

0       H1 join G1
0       H1 join GS {a,b,c}
0       H1 > report to_ex G1 {}, allow GS {a,b,c} split
0.5     H1 > report to_ex G1 {}, allow GS {a,b,c} split
10      H1 < query * f=0.2
# IGMP3-H-032, MLD2-H-006
11      H1 < query * f=0.5
11      H1 = response 1
12      H1 > report is_ex G1 {}, is_in GS {a,b,c}
12.001  H1 silent until 60
