# Changes of sources in the older versions, which have no word for them (RFC 9776 7.2.1)
node H1 host

0       H1 < older query *
# IGMP3-H-057, MLD2-H-012: a group comes, and goes; no more
0       H1 listen G1 include {a}
0       H1 > report G1 from H1 to G1
5       H1 > report G1
10      H1 silent until 40
10      H1 listen G1 include {b}
20      H1 listen G1 exclude {}
30      H1 listen G1 include {a,b} socket 2
40      H1 < query G1 {c}
40.5    H1 > report G1
50      H1 close 1
50      H1 = G1 include {a,b}
60      H1 close 2
60      H1 > leave G1 from H1 to ROUTERS
60.001  H1 silent until 100
