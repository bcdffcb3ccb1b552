# S25 source query, EXCLUDE (RFC 9776 5.2)
node H1 host

0       H1 listen G1 exclude {a}
0       H1 > report to_ex G1 {a}
0.5     H1 > report to_ex G1 {a}
# IGMP3-H-040: what is asked for and not excluded
10      H1 < query G1 {a,b}
10.5    H1 > report is_in G1 {b}
# IGMP3-H-041
20      H1 < query G1 {a}
20      H1 silent until 60
