# A group that was left, while it is still told (RFC 9776 5.1, 5.2; RFC 3810 5.2.12)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
0.5     H1 = groups 1
# IGMP3-H-029; MLD2-H-007, IGMP3-H-031: it has no state to answer with
10      H1 leave G1
10      H1 > report to_in G1 {}
10      H1 = groups 0
10.1    H1 < query * max 0.4
10.1    H1 < query G1 max 0.4
10.1    H1 = response none
10.101  H1 silent until 10.5
10.5    H1 > report to_in G1 {}
10.501  H1 silent until 20
# IGMP3-H-037, MLD2-H-007: nor is it in the answer for others
20      H1 join G2
20      H1 > report to_ex G2 {}
20.5    H1 > report to_ex G2 {}
30      H1 join GS {a}
30      H1 > report allow GS {a}
30.2    H1 leave GS f=1
30.2    H1 > report block GS {a}
30.3    H1 < query * max 1
30.8    H1 > report is_ex G2 {}
31.2    H1 > report block GS {a}
31.201  H1 silent until 60
