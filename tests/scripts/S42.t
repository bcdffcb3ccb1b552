# S42 a query of the newest version in an older one (RFC 9776 7.2.1, RFC 2236 2.5)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
10      H1 < older query *
15      H1 > report G1
# IGMP2-H-009
60      H1 < query *
60      H1 = version older
# IGMP3-H-059: neither shorter nor longer
ipv4: 60 H1 = older 2 300
ipv6: 60 H1 = older 1 210
65      H1 > report G1
65.001  H1 silent until 400
ipv6: 269.999 H1 = version older
ipv6: 270 H1 = version newest
ipv4: 359.999 H1 = version older
ipv4: 360 H1 = version newest
