# A change that was being told when the version falls back (RFC 9776 7.2.1)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
10      H1 leave G1
10      H1 > report to_in G1 {}
# IGMP3-H-056, IGMP3-H-057: the repeat is not sent, and is not made a leave
10.2    H1 < older query *
10.2    H1 silent until 20
# a further query of that version cancels nothing: the version stays
20      H1 join G1
20      H1 > report G1
21      H1 < older query G2
22      H1 < older query *
22      H1 = version older
25      H1 > report G1
25.001  H1 silent until 60
