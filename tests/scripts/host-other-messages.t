# What is no query does nothing (RFC 9776 5)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
# IGMP3-H-012: before an answer, and without one
10      H1 < query *
11      H1 < report to_in G1 {}
11      H1 < report block G1 {a}, allow G1 {b}, is_ex G2 {}
12      H1 < report G1
12      H1 < leave G1
ipv4: 13 H1 < raw 1300ecff00000000 from R1 to NODES
ipv4: 13 H1 < raw 4200bdff00000000 from R1 to NODES
ipv6: 13 H1 < raw 97146aa4007d0002 from R1 to NODES
13      H1 = version newest
13      H1 = groups 1
15      H1 > report is_ex G1 {}
20      H1 silent until 60
20      H1 < report to_in G1 {}
21      H1 < leave G1
22      H1 < oldest report G1
23      H1 = G1 exclude {} response none repeat none
