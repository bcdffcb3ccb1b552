# S38 an IGMPv1 querier (RFC 9776 7.2.1, RFC 1112 App. I)
family ipv4
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
# IGMP3-H-051, IGMP3-H-052, IGMP3-H-053; IGMP3-H-045: version 1 has no Router Alert
10      H1 < v1 query * alert no
10      H1 = version 1
10      H1 = older 1 350
15      H1 > v1 report G1
# IGMP3-H-057
20      H1 join G2
20      H1 > v1 report G2
25      H1 > v1 report G2
# IGMP1-H-004: it has no word for leaving
30      H1 leave G2
30      H1 = G2 none
30      H1 silent until 359
359.999 H1 = version 1
360     H1 = version 3
