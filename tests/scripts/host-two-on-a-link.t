# Two interfaces on one link (RFC 9776 5, 5.2; RFC 2236 3)
node H1 host
node H2 host

# IGMP3-H-009: each speaks for itself
0       H1 join G1
0       H1 > report to_ex G1 {}
0.2     H2 join G1
0.2     H2 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
0.7     H2 > report to_ex G1 {}
# IGMP3-H-043: and answers, though the other has
10      link < query * from R1
15      H1 > report is_ex G1 {}
15      H2 > report is_ex G1 {}
20      H1 < query * f=0.2
20      H2 < query * f=0.8
22      H1 > report is_ex G1 {}
28      H2 > report is_ex G1 {}
# IGMP2-H-004, MLD1-H-002: in an older version one answers for both
40      H1 < older query * f=0.2
40      H2 < older query * f=0.8
42      H1 > report G1
42      H2 = G1 exclude {} response none
42.001  H2 silent until 60
# IGMP2-H-006: and it is the one that tells that it leaves
50      H2 leave G1
51      H1 leave G1
51      H1 > leave G1 to ROUTERS
