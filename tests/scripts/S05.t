# S05 list replaced (RFC 9776 5.1)
node H1 host

0       H1 join GS {a}
0       H1 > report allow GS {a}
0.5     H1 > report allow GS {a}
# IGMP3-H-001, IGMP3-H-002: the socket's filter is set, not added to
# IGMP3-H-013, IGMP3-H-019: both records in one report
10      H1 listen GS include {b}
10      H1 > report allow GS {b}, block GS {a}
10      H1 = GS include {b}
10.5    H1 > report allow GS {b}, block GS {a}
10.501  H1 silent until 60
