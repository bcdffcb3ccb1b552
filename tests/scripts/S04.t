# S04 a source added, one removed (RFC 9776 5.1)
node H1 host

0       H1 join GS {a}
0       H1 > report allow GS {a}
0.5     H1 > report allow GS {a}
# IGMP3-H-018: no BLOCK of nothing
10      H1 listen GS include {a,b}
10      H1 > report allow GS {b}
10.5    H1 > report allow GS {b}
# IGMP3-H-018: no ALLOW of nothing
20      H1 listen GS include {b}
20      H1 > report block GS {a}
20.5    H1 > report block GS {a}
# IGMP3-H-017, IGMP3-H-001: the last source of the last socket
30      H1 listen GS include {}
30      H1 > report block GS {b}
30      H1 = GS none
30.5    H1 > report block GS {b}
30.501  H1 silent until 60
