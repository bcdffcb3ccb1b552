# S27 source query, then group query (RFC 9776 5.2, rule 4)
node H1 host

0       H1 join G1
0       H1 join GS {a,b,c}
0       H1 > report to_ex G1 {}, allow GS {a,b,c} split
0.5     H1 > report to_ex G1 {}, allow GS {a,b,c} split
10      H1 < query GS {a} f=0.8
# IGMP3-H-035: the list is cleared; SSM-007
10.1    H1 < query GS f=0.5
10.6    H1 > report is_in GS {a,b,c}
10.601  H1 silent until 30
# the earlier time stays, though it was the source query's
30      H1 < query GS {a} f=0.3
30.1    H1 < query GS f=0.9
30.3    H1 > report is_in GS {a,b,c}
30.301  H1 silent until 60
