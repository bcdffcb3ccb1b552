# S03 join of a source (RFC 9776 5.1)
node H1 host

# IGMP3-H-017
0       H1 join GS {a}
0       H1 > report allow GS {a}
0       H1 = GS include {a} repeat 0.5
0.5     H1 > report allow GS {a}
0.501   H1 silent until 60
