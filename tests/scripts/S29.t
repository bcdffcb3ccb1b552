# S29 group query under an earlier general answer (RFC 9776 5.2, rule 1)
node H1 host

0       H1 join G1
0       H1 join GS {a,b,c}
0       H1 > report to_ex G1 {}, allow GS {a,b,c} split
0.5     H1 > report to_ex G1 {}, allow GS {a,b,c} split
10      H1 < query * f=0.05
# IGMP3-H-032: queries for a group, and for sources, too
10.1    H1 < query G1 f=0.9
10.2    H1 < query GS {a} f=0.9
10.2    H1 = G1 exclude {} response none
10.5    H1 > report is_ex G1 {}, is_in GS {a,b,c}
10.501  H1 silent until 60
