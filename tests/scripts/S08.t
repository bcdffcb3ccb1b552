# S08 source added, and withdrawn before the repeat (RFC 9776 5.1)
node H1 host

0       H1 join GS {a}
0       H1 > report allow GS {a}
# IGMP3-H-026: what is wanted when the report goes counts
0.2     H1 leave GS
0.2     H1 > report block GS {a}
0.201   H1 silent until 0.7
# IGMP3-H-029: the group has gone, its repeat has not
0.7     H1 > report block GS {a}
0.7     H1 = GS none
0.701   H1 silent until 60
