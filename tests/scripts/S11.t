# S11 join, leave at once (RFC 9776 5.1)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.2     H1 leave G1
0.2     H1 > report to_in G1 {}
0.201   H1 silent until 0.7
# IGMP3-H-029
0.7     H1 > report to_in G1 {}
0.701   H1 silent until 60
