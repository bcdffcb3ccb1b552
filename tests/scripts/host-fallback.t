# What was pending when the version changes (RFC 9776 7.2.1, RFC 9777 8.2.1)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
# IGMP3-H-056, MLD2-H-012: answers to general and to group queries are cancelled
10      H1 < query G1 max 10 f=0.8
10      H1 < query * f=0.9
11      H1 < older query *
11      H1 = version older
11      H1 = G1 exclude {} response 5
16      H1 > report G1
16.001  H1 silent until 400
# IGMP3-H-055, IGMP3-H-056: and so at the end of the older version
ipv6: 270 H1 < query *
ipv6: 270 H1 = G1 exclude {} response 5
ipv6: 271 H1 = version newest
ipv6: 271 H1 = G1 exclude {} response none
ipv6: 271 H1 = response none
ipv4: 360 H1 < query *
ipv4: 360 H1 = G1 exclude {} response 5
ipv4: 361 H1 = version newest
ipv4: 361 H1 = G1 exclude {} response none
ipv4: 361 H1 = response none
400     H1 < query *
405     H1 > report is_ex G1 {}
