# S43 suppression in an older version (RFC 2236 3, RFC 2710 4)
node H1 host

0       H1 join G1
0       H1 join G2
0       H1 > report to_ex G1 {}, to_ex G2 {} split
0.5     H1 > report to_ex G1 {}, to_ex G2 {} split
10      H1 < older query *
10      H1 = G1 exclude {} response 5
# IGMP2-H-004, MLD1-H-002: that group's timer, and no other's
13      H1 < report G1
13      H1 = G1 exclude {} response none
15      H1 > report G2
# IGMP2-H-006, MLD1-H-004: who did not report last need not tell
30      H1 leave G1
30      H1 silent until 60
