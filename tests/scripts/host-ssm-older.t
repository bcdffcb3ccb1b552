# Source-specific groups under older queriers (RFC 4604 2.2.1, 2.2.3; RFC 9776 7.2.1)
node H1 host

0       H1 join G1
0       H1 join GS {a}
0       H1 > report to_ex G1 {}, allow GS {a} split
0.5     H1 > report to_ex G1 {}, allow GS {a} split
# SSM-006, IGMP3-H-062: an older query for such a group; it is answered
10      H1 < older query GS
10      H1 = warned ssm 1
10      H1 = version newest
10.5    H1 > report is_in GS {a}
# a query for another group is no matter
80      H1 < older query G1
80      H1 = warned ssm 1
80.5    H1 > report is_ex G1 {}
# SSM-006: an older general query while there is such a group
90      H1 < older query *
90      H1 = warned ssm 2
# SSM-003: the others' report of it does not stop ours, that of G1 does
92      H1 < report GS
92      H1 < report G1
95      H1 > report GS
# not more often than once in 60 s
100     H1 < older query *
100     H1 = warned ssm 2
105     H1 > report G1
105     H1 > report GS
# without such a group there is nothing to warn of
110     H1 leave GS
110     H1 > leave GS
180     H1 < older query *
180     H1 = warned ssm 2
185     H1 > report G1
