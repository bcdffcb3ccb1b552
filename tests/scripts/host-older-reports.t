# Others' reports in the older versions (RFC 2236 3, 6; RFC 2710 4)
node H1 host

0       H1 < older query *
0       H1 join G1
0       H1 > report G1
5       H1 > report G1
# IGMP2-H-004, MLD1-H-002: of either older version
10      H1 < older query *
12      H1 < oldest report G1
12      H1 = G1 exclude {} response none
12      H1 silent until 30
# IGMP2-H-005: when no timer runs it is ignored, and this host's report stays the last
30      H1 < older query *
35      H1 > report G1
36      H1 < report G1
36      H1 < report G2
36      H1 = groups 1
40      H1 leave G1
40      H1 > leave G1
41      H1 < report G1
41      H1 silent until 60
# IGMP2-H-004: it stops the repeat of a join; IGMP2-H-006: and this host need not tell that it leaves
60      H1 join G2
60      H1 > report G2
62      H1 < report G2
62      H1 silent until 80
70      H1 leave G2
# a report of the newest version is no matter here
80      H1 < older query *
80      H1 join G1
80      H1 > report G1
82      H1 < report is_ex G1 {}
85      H1 > report G1
