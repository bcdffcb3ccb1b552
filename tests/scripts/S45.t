# S45 without compatibility (RFC 9776 7.2.1, RFC 9777 8.2.1)
node H1 host compatible no

0       H1 join G1
0       H1 join G2
0       H1 > report to_ex G1 {}, to_ex G2 {} split
0.5     H1 > report to_ex G1 {}, to_ex G2 {} split
# IGMP3-H-061, MLD2-H-013
10      H1 < older query *
10      H1 = version newest
10      H1 = warned older 1
ipv4: 10 H1 = older 2 none
ipv6: 10 H1 = older 1 none
15      H1 > report is_ex G1 {}, is_ex G2 {}
# of the oldest version, too
20      H1 < oldest query *
20      H1 = version newest
20      H1 = older 1 none
25      H1 > report is_ex G1 {}, is_ex G2 {}
25.001  H1 silent until 60
