# A flood of source queries: what is kept is bounded (RFC 9776 9.1, RFC 9777 10.1)
node H1 host max-queried 2

0       H1 join GS {a,b,c,d}
0       H1 listen G1 exclude {a}
0       H1 > report allow GS {a,b,c,d}, to_ex G1 {a} split
0.5     H1 > report allow GS {a,b,c,d}, to_ex G1 {a} split
# so many are kept
10      H1 < query GS {a} f=0.8
10.1    H1 < query GS {b} f=0.8
10.1    H1 = count source-limit 0
10.8    H1 > report is_in GS {a,b}
# IGMP3-H-047, ROB-017: beyond, all that there is
20      H1 < query GS {a,b} f=0.8
20.1    H1 < query GS {c} f=0.8
20.1    H1 = count source-limit 1
20.8    H1 > report is_in GS {a,b,c,d}
30      H1 < query G1 {b,c,d}
30.5    H1 > report is_ex G1 {a}
30.501  H1 silent until 60
