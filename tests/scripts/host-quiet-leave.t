# A leave or done message in any case (RFC 2236 3, RFC 2710 4)
node H1 host quiet-leave no

0       H1 < older query *
0       H1 join G1
0       H1 > report G1
5       H1 > report G1
10      H1 < older query *
12      H1 < report G1
12      H1 silent until 20
# MLD1-H-004, IGMP2-H-006: the saving switched off
20      H1 leave G1
20      H1 > leave G1 to ROUTERS
20.001  H1 silent until 60
