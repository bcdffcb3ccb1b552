# S40 an older group query changes no version (RFC 9776 7.2.1, RFC 9777 8.2.1)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
# IGMP3-H-054, MLD2-H-010
10      H1 < older query G1
10      H1 = version newest
ipv4: 10 H1 = older 2 none
ipv6: 10 H1 = older 1 none
10.5    H1 > report is_ex G1 {}
10.501  H1 silent until 60
