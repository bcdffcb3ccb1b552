# Filters of sockets are for data: messages pass (RFC 9776 3.2)
node H1 host

# IGMP3-H-008: the querier excluded, and all others
0       H1 listen G1 exclude {R1}
0       H1 > report to_ex G1 {R1}
0.5     H1 > report to_ex G1 {R1}
10      H1 < query G1 from R1
10.5    H1 > report is_ex G1 {R1}
20      H1 listen G1 include {a}
20      H1 > report to_in G1 {a}
20.5    H1 > report to_in G1 {a}
30      H1 < query G1 from R1 to G1
30.5    H1 > report is_in G1 {a}
40      H1 < query * from R1
45      H1 > report is_in G1 {a}
