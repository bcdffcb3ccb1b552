# S21 group query (RFC 9776 5.2, rule 3)
node H1 host

0       H1 join G1
0       H1 join GS {a,b,c}
0       H1 > report to_ex G1 {}, allow GS {a,b,c} split
0.5     H1 > report to_ex G1 {}, allow GS {a,b,c} split
# IGMP3-H-034, IGMP3-H-039
10      H1 < query G1
10      H1 = G1 exclude {} response 0.5
10      H1 = GS include {a,b,c} response none
10.5    H1 > report is_ex G1 {}
10.501  H1 silent until 60
