# S14 several sockets (RFC 9776 3.2)
node H1 host

0       H1 listen G1 exclude {a,b}
0       H1 > report to_ex G1 {a,b}
0.5     H1 > report to_ex G1 {a,b}
# IGMP3-H-003: what all exclude
10      H1 listen G1 exclude {b,c} socket 2
10      H1 > report allow G1 {a}
10.5    H1 > report allow G1 {a}
# IGMP3-H-003: but for what one includes
20      H1 listen G1 include {b} socket 3
20      H1 > report allow G1 {b}
20      H1 = G1 exclude {}
20.5    H1 > report allow G1 {b}
30      H1 close 1
30      H1 > report block G1 {c}
30.5    H1 > report block G1 {c}
# IGMP3-H-016, IGMP3-H-004, IGMP3-H-005: no socket excludes any more
40      H1 close 2
40      H1 > report to_in G1 {b}
40      H1 = G1 include {b}
40.5    H1 > report to_in G1 {b}
50      H1 close 3
50      H1 > report block G1 {b}
50.5    H1 > report block G1 {b}
50.501  H1 silent until 100
100     H1 = groups 0
