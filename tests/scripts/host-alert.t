# Router Alert, in the older versions of IGMP (RFC 9776 9.1)
family ipv4
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
# IGMP3-H-045, ROB-014: version 2 and 3, of every kind
10      H1 silent until 30
10      H1 < v2 query * alert no
10      H1 = version 3
11      H1 < query G1 alert no
12      H1 < query G1 {a} alert no
13      H1 < v2 query G1 alert no
13      H1 = count rx-no-ra 4
# version 1 never had it
30      H1 < v1 query * alert no
30      H1 = version 1
30      H1 = count rx-no-ra 4
35      H1 > v1 report G1
