# Timers of the older versions (RFC 2236 3, 6; RFC 2710 4)
node H1 host

0       H1 < older query *
0       H1 join G1
0       H1 join G2
0       H1 > report G1
0       H1 > report G2
5       H1 > report G1
5       H1 > report G2
# IGMP2-H-002, MLD1-H-001: each group has its own delay
10      H1 < older query * f=0.2,0.8
12      H1 > report G1 or report G2
12.001  H1 silent until 18
18      H1 > report G1 or report G2
18      H1 = G1 exclude {} response none
18      H1 = G2 exclude {} response none
# IGMP2-H-003, MLD1-H-001: the query's longest time counts, not what would be drawn
30      H1 < older query * f=0.9,0.8
31      H1 < older query * f=0.1
31      H1 silent until 38
38      H1 > report G1 or report G2
39      H1 > report G1 or report G2
# IGMP2-H-003: a shorter one takes the timer's place, of its group alone
50      H1 < older query * f=0.9
51      H1 < older query G1 f=0.5
51.5    H1 > report G1
51.501  H1 silent until 59
59      H1 > report G2
# a group without timer, or that it does not know
70      H1 < older query G2
70      H1 < older query G3
70.5    H1 > report G2
# IGMP2-H-002, IGMP2-H-003: the repeat of a join is such a timer
80      H1 join G4
80      H1 > report G4
81      H1 < older query G4
81.5    H1 > report G4
81.501  H1 silent until 100
