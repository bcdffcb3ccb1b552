# A query for what is no group, and one for sources of none (RFC 2236 6, RFC 2710 5, RFC 9776 4.1.11)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
# IGMP2-H-008, MLD1-H-005: it is no general query either
10      H1 silent until 30
10      H1 < older query S1 to NODES
10      H1 = version newest
10      H1 = count rx-bad-group 1
20      H1 < query S1 to NODES
20      H1 = count rx-bad-group 2
# ROB-006
ipv4: 25 H1 < raw 1164e21b00000000027d00010a010001 from R1 to NODES
ipv6: 25 H1 < raw 820028c22710000000000000000000000000000000000000027d000120010db800000000000000000000000a from R1 to NODES
25      H1 = count rx-malformed 1
25      H1 = response none
25      H1 = count rx-query 0
