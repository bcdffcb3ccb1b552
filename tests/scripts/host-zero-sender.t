# Queries from 0.0.0.0 (RFC 4541 2.1.1)
family ipv4
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
# IGMP3-H-048: of all kinds and versions
10      H1 < query * from NONE
15      H1 > report is_ex G1 {}
20      H1 < query G1 from NONE
20.5    H1 > report is_ex G1 {}
30      H1 < v2 query * from NONE
30      H1 = version 2
35      H1 > v2 report G1
