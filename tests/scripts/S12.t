# S12 join, leave, join again (RFC 9776 5.1)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.2     H1 leave G1
0.2     H1 > report to_in G1 {}
# IGMP3-H-028, IGMP3-H-022: two of the new mode from now, none of the old
0.4     H1 join G1
0.4     H1 > report to_ex G1 {}
0.401   H1 silent until 0.9
0.9     H1 > report to_ex G1 {}
0.901   H1 silent until 60
