# Queries and reports of MLDv1 that are not valid (RFC 2710 5, RFC 3590 4)
family ipv6
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
# MLD1-H-005: queries
10      H1 silent until 50
10      H1 < v1 query * from NONE
11      H1 < v1 query * from 2001:db8::99
12      H1 < v1 query * length 23
13      H1 < v1 query * checksum bad
14      H1 < v1 query * ttl 2
15      H1 < v1 query * alert no
15      H1 = version 2
15      H1 = count rx-query 0
# MLD1-H-005: reports, each of which would stop the answer
50      H1 < v1 query *
51      H1 < v1 report G1 from 2001:db8::99
51      H1 < v1 report G1 from NONE
52      H1 < v1 report G1 length 23
53      H1 < v1 report G1 checksum bad
53      H1 = G1 exclude {} response 2
55      H1 > v1 report G1
60      H1 < v1 query *
61      H1 < v1 report G1 from H9
61      H1 = G1 exclude {} response none
