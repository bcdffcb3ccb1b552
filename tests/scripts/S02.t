# S02 plain leave (RFC 9776 5.1, 5.2)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
# IGMP3-H-017, IGMP3-H-018: an empty TO_IN, twice
10      H1 leave G1
10      H1 > report to_in G1 {}
10      H1 = G1 none
10.5    H1 > report to_in G1 {}
# IGMP3-H-031: nothing to report, so nothing is scheduled
20      H1 < query *
20      H1 = response none
20      H1 = groups 0
20      H1 silent until 60
