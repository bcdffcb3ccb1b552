# IGMPv1 (RFC 1112 App. I)
family ipv4
node H1 host
node H2 host version 1

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
# IGMP1-H-001: 10 s, and a timer that runs is left alone
10      H1 < v1 query * f=0.9
11      H1 < v1 query * f=0.1
11      H1 silent until 19
19      H1 > v1 report G1
# IGMP1-H-002
30      H1 silent until 50
30      H1 < v1 query * to G1
30      H1 = count rx-bad-destination 1
31      H1 < v1 query * length 7
31      H1 = count rx-bad-length 1
32      H1 < v1 query * checksum bad
32      H1 = count rx-bad-checksum 1
32      H1 = older 1 329
# IGMP1-H-003, ROB-024: sent elsewhere than to its group, it stops nothing
50      H1 < v1 query *
51      H1 < v1 report G1 to G2
51      H1 = count rx-bad-destination 2
55      H1 > v1 report G1
60      H1 < v1 query *
61      H1 < v1 report G1 to G1
61      H1 silent until 80
# a query of a newer version, for another group, is read as version 1 has it: without group
80      H1 < v2 query G2 max 10
85      H1 > v1 report G1
# IGMP1-H-004
90      H1 leave G1
90      H1 silent until 120
# a host of version 1 alone
100     H2 join G1
100     H2 > v1 report G1
105     H2 > v1 report G1
110     H2 < v2 query *
115     H2 > v1 report G1
120     H2 leave G1
120     H2 silent until 140
