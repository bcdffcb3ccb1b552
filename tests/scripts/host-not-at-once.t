# No answer at once (RFC 9776 5.2, RFC 9777 6.2)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
# IGMP3-H-031: all of the interval
10      H1 < query * f=1
10.001  H1 silent until 20
20      H1 > report is_ex G1 {}
# IGMP3-H-038, MLD2-H-016: the least delay is one
30      H1 < query * f=0.0001
30      H1 = response 0.001
30.001  H1 > report is_ex G1 {}
# a response time of zero, too
40      H1 < query * code 0
40      H1 = count tx-report 4
40.001..40.1 H1 > report is_ex G1 {}
50      H1 < query G1 code 0
50      H1 = count tx-report 5
50.001..50.1 H1 > report is_ex G1 {}
60      H1 = count tx-report 6
