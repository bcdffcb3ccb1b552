# S26 two source queries merge (RFC 9776 5.2, rule 5)
node H1 host

0       H1 join G1
0       H1 join GS {a,b,c}
0       H1 > report to_ex G1 {}, allow GS {a,b,c} split
0.5     H1 > report to_ex G1 {}, allow GS {a,b,c} split
10      H1 < query GS {a} f=0.8
# IGMP3-H-036, MLD2-H-006: the sources of both, at the earlier time
10.2    H1 < query GS {b} f=0.8
10.2    H1 = GS include {a,b,c} response 0.6
10.8    H1 > report is_in GS {a,b}
10.801  H1 silent until 30
# the other way: the new one is earlier
30      H1 < query GS {c} f=0.8
30.2    H1 < query GS {a,d} f=0.3
30.5    H1 > report is_in GS {a,c}
30.501  H1 silent until 60
