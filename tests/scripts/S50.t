# S50 an MLDv1 querier (RFC 9777 8.2.1, 9.12; RFC 2710 4)
family ipv6
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
# MLD2-H-010, MLD2-H-011
10      H1 < v1 query * max 10
10      H1 = version 1
10      H1 = older 1 260
15      H1 > v1 report G1 to G1
# MLD2-H-012, MLD1-H-003
20      H1 join G2
20      H1 > v1 report G2 to G2
25      H1 > v1 report G2 to G2
# MLD1-H-004
30      H1 leave G2
30      H1 > done G2 to ROUTERS
30.001  H1 silent until 310
269.999 H1 = version 1
270     H1 = version 2
310     H1 join G2
310     H1 > report to_ex G2 {}
310.5   H1 > report to_ex G2 {}
