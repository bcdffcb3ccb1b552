# Sockets' filters merged (RFC 9776 2, 3.1, 3.2; RFC 9777 3, 4.2)
node H1 host

# IGMP3-H-003: the example of 3.2
0       H1 listen G1 exclude {a,b,c,d} socket 1
0       H1 > report to_ex G1 {a,b,c,d}
0.5     H1 > report to_ex G1 {a,b,c,d}
10      H1 listen G1 exclude {b,c,d,S5} socket 2
10      H1 > report allow G1 {a}
10.5    H1 > report allow G1 {a}
20      H1 listen G1 include {d,S5,S6} socket 3
20      H1 > report allow G1 {d}
20      H1 = G1 exclude {b,c}
20.5    H1 > report allow G1 {d}
30      H1 listen G1 exclude {} socket 4
30      H1 > report allow G1 {b,c}
30      H1 = G1 exclude {}
30.5    H1 > report allow G1 {b,c}
# IGMP3-H-002: one record of a socket for a group; the old one counts no more
40      H1 listen G1 include {d} socket 4
40      H1 > report block G1 {b,c}
40.5    H1 > report block G1 {b,c}
# one socket excludes still, and what another includes is not in it
50      H1 close 1
50      H1 = G1 exclude {b,c} repeat none
# IGMP3-H-004, IGMP3-H-005: INCLUDE alone; the union
60      H1 listen G1 include {a} socket 2
60      H1 > report to_in G1 {a,d,S5,S6}
60      H1 = G1 include {a,d,S5,S6}
60.5    H1 > report to_in G1 {a,d,S5,S6}
# a source that another socket still wants stays
70      H1 silent until 80
70      H1 leave G1 socket 4
70      H1 = G1 include {a,d,S5,S6}
# a socket may have several groups, and closing leaves all
80      H1 join G2 socket 3
80      H1 > report to_ex G2 {}
80.5    H1 > report to_ex G2 {}
90      H1 close 3
90      H1 > report block G1 {d,S5,S6}, to_in G2 {} split
90.5    H1 > report block G1 {d,S5,S6}, to_in G2 {} split
90.5    H1 = G1 include {a}
90.5    H1 = groups 1
100     H1 silent until 120
