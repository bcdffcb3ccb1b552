# S41 falling back cancels repeats (RFC 9776 7.2.1)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
# IGMP3-H-056, MLD2-H-012
0.2     H1 < older query *
0.2     H1 = version older
0.201   H1 silent until 5.2
5.2     H1 > report G1
5.201   H1 silent until 400
# for good: nothing of it is left when the newest version is back
399     H1 = version newest
400     H1 listen G1 exclude {a}
400     H1 > report block G1 {a}
400.5   H1 > report block G1 {a}
