# Changes of the mode with lists (RFC 9776 5.1, tables 3 and 4)
node H1 host

0       H1 listen G1 include {a,b}
0       H1 > report allow G1 {a,b}
0.5     H1 > report allow G1 {a,b}
# IGMP3-H-015, IGMP3-H-024
10      H1 listen G1 exclude {b,c}
10      H1 > report to_ex G1 {b,c}
10.5    H1 > report to_ex G1 {b,c}
# IGMP3-H-016
20      H1 listen G1 include {a}
20      H1 > report to_in G1 {a}
# IGMP3-H-025: all of the list, not what is new alone
20.2    H1 listen G1 include {a,b}
20.2    H1 > report to_in G1 {a,b}
# IGMP3-H-027
20.7    H1 > report allow G1 {b}
20.701  H1 silent until 30
# IGMP3-H-025, of EXCLUDE; IGMP3-H-026: then what is wanted and what is not, apart
30      H1 listen G1 exclude {a}
30      H1 > report to_ex G1 {a}
30.1    H1 listen G1 exclude {b}
30.1    H1 > report to_ex G1 {b}
30.6    H1 > report allow G1 {a}, block G1 {b}
30.601  H1 silent until 40
# IGMP3-H-028, with lists
40      H1 listen G1 include {a}
40      H1 > report to_in G1 {a}
40.2    H1 listen G1 exclude {c}
40.2    H1 > report to_ex G1 {c}
40.7    H1 > report to_ex G1 {c}
40.701  H1 silent until 60
