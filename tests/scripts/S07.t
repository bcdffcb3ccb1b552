# S07 source change interrupted by a source change (RFC 9776 5.1, RFC 9777 6.1)
node H1 host

0       H1 join GS {a}
0       H1 > report allow GS {a}
# IGMP3-H-022, MLD2-H-005: merged, at once, and the first of two; what was due at 0.5 is not sent
0.2     H1 listen GS include {a,b}
0.2     H1 > report allow GS {a,b}
0.2     H1 = GS include {a,b} repeat 0.5
0.201   H1 silent until 0.7
# IGMP3-H-023: the source told twice already is not told again
0.7     H1 > report allow GS {b}
0.7     H1 = GS include {a,b} repeat none
0.701   H1 silent until 60
