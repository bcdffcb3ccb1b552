# S52 no delay in MLDv1 (RFC 2710 4)
family ipv6
node H1 host

0       H1 join G1
0       H1 join G2
0       H1 > report to_ex G1 {}, to_ex G2 {} split
0.5     H1 > report to_ex G1 {}, to_ex G2 {} split
10      H1 < v1 query * f=0.4
14      H1 > v1 report G1
14      H1 > v1 report G2
# MLD1-H-001: zero is zero here
110     H1 < v1 query * max 0
110     H1 > v1 report G1
110     H1 > v1 report G2
110.001 H1 silent until 150
