# S18 general query (RFC 9776 5.2)
node H1 host

0       H1 join G1
0       H1 join GS {a,b,c}
0       H1 > report to_ex G1 {}, allow GS {a,b,c} split
0.5     H1 > report to_ex G1 {}, allow GS {a,b,c} split
# IGMP3-H-031: later, not at once; IGMP3-H-037, MLD2-H-006: all of it, in one report
10      H1 < query *
10      H1 silent until 15
10      H1 = response 5
# SSM-005
15      H1 > report is_ex G1 {}, is_in GS {a,b,c}
15      H1 = response none
15.001  H1 silent until 60
