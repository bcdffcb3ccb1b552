# S33 query without Router Alert (RFC 9776 9.1, RFC 9777 6.2)
node H1 host
node H2 host require-alert no

0       H1 join G1
0       H1 > report to_ex G1 {}
0       H2 join G1
0       H2 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
0.5     H2 > report to_ex G1 {}
# IGMP3-H-045, ROB-014
10      H1 < query * alert no
10      H1 = count rx-no-ra 1
10      H1 = count rx-query 0
10      H1 silent until 30
# MLD must have it, whatever is configured: MLD2-H-003, ROB-013
10      H2 < query * alert no
ipv4: 15 H2 > report is_ex G1 {}
ipv6: 15 H2 = count rx-no-ra 1
20      H2 silent until 30
