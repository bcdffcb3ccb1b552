# What is over a limit is refused, and nothing changes (RFC 9776 3.2)
node H1 host max-sources 3 max-groups 2

0       H1 listen G1 include {a,b} socket 1
0       H1 > report allow G1 {a,b}
0.5     H1 > report allow G1 {a,b}
# IGMP3-H-006: the merged list; IGMP3-H-005: which does not become EXCLUDE
10      H1 silent until 20
10      H1 listen G1 include {c,d} socket 2 fails ENOBUFS
10      H1 = G1 include {a,b} repeat none
# that of one socket
11      H1 listen G1 include {a,b,c,d} socket 1 fails ENOBUFS
11      H1 = G1 include {a,b} repeat none
# the refused socket has nothing that closing would take away
12      H1 close 2
20      H1 listen G1 include {b,c} socket 2
20      H1 > report allow G1 {c}
20.5    H1 > report allow G1 {c}
# IGMP3-H-006, for groups
30      H1 join G2
30      H1 > report to_ex G2 {}
30.5    H1 > report to_ex G2 {}
40      H1 silent until 60
40      H1 join G3 fails ENOBUFS
40      H1 = groups 2
40      H1 = G3 none
