# S31 leave while an answer is pending (RFC 9776 5.2)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
10      H1 < query G1 f=0.5
10.3    H1 leave G1
10.3    H1 > report to_in G1 {}
# IGMP3-H-039: only if there is state still
10.301  H1 silent until 10.8
10.8    H1 > report to_in G1 {}
10.801  H1 silent until 60
