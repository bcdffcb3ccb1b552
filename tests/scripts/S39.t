# S39 queriers of IGMPv1 and IGMPv2 (RFC 9776 7.2.1)
family ipv4
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
10      H1 < v1 query *
15      H1 > v1 report G1
# IGMP3-H-053: version 1 goes before version 2
110     H1 < v2 query *
110     H1 = version 1
110     H1 = older 1 250
110     H1 = older 2 350
115     H1 > v1 report G1
# IGMP3-H-055
359.999 H1 = version 1
360     H1 = version 2
360     H1 = older 1 none
459.999 H1 = version 2
460     H1 = version 3
460     H1 = older 2 none
