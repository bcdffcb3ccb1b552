# The interval of version 2 ends within that of version 1 (RFC 9776 7.2.1)
family ipv4
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
10      H1 < v2 query *
15      H1 > v2 report G1
110     H1 < v1 query *
110     H1 = version 1
110     H1 = older 2 250
115     H1 > v1 report G1
# IGMP3-H-055, IGMP3-H-053: no change as long as version 1 lasts
355     H1 < query *
360     H1 = version 1
360     H1 = older 2 none
360     H1 > v1 report G1
459.999 H1 = version 1
460     H1 = version 3
460     H1 = older 1 none
