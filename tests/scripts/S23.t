# S23 source query, INCLUDE (RFC 9776 5.2)
node H1 host

0       H1 join G1
0       H1 join GS {a,b,c}
0       H1 > report to_ex G1 {}, allow GS {a,b,c} split
0.5     H1 > report to_ex G1 {}, allow GS {a,b,c} split
# IGMP3-H-034, IGMP3-H-040, MLD2-H-006, SSM-008: what is asked for and wanted
10      H1 < query GS {b,d}
10.5    H1 > report is_in GS {b}
10.501  H1 silent until 60
