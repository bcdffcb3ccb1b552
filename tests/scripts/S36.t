# S36 an older querier appears (RFC 9776 7.2.1, 8.12; RFC 9777 8.2.1, 9.12)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
# IGMP3-H-051, IGMP3-H-052, IGMP3-H-053: at once, before it is answered
10      H1 < older query *
10      H1 = version older
# IGMP3-H-058, MLD2-H-011
ipv4: 10 H1 = older 2 350
ipv4: 10 H1 = older 1 none
ipv6: 10 H1 = older 1 260
15      H1 > report G1
# IGMP3-H-057, MLD2-H-012, IGMP2-H-001, MLD1-H-003: at once, and once more, 0.5 x 10 s later
20      H1 join G2
20      H1 > report G2
25      H1 > report G2
# IGMP2-H-006, MLD1-H-004
30      H1 leave G2
30      H1 > leave G2
30.001  H1 silent until 400
ipv6: 269.999 H1 = version older
ipv6: 270 H1 = version newest
ipv4: 359.999 H1 = version older
ipv4: 360 H1 = version newest
