# S44 no suppression in the newest version (RFC 9776 5.2, 7.2.2; RFC 4604 2.2.1)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
10      H1 < query *
# IGMP3-H-043, IGMP3-H-012; IGMP3-H-060, MLD2-H-014
13      H1 < report is_ex G1 {}
13      H1 < report G1
13      H1 < oldest report G1
15      H1 > report is_ex G1 {}
# nor of the answer to a query for the group
20      H1 < query G1
20.2    H1 < report G1
20.5    H1 > report is_ex G1 {}
# nor of the repeat of a change
30      H1 join G2
30      H1 > report to_ex G2 {}
30.2    H1 < report is_ex G2 {}
30.2    H1 < report G2
30.5    H1 > report to_ex G2 {}
30.501  H1 silent until 60
