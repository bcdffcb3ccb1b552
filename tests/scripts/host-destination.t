# Where a query may go to (RFC 9776 4.1.12, 9.1; RFC 9777 5.1.15)
node H1 host

0       H1 join G1
0       H1 join G2
0       H1 > report to_ex G1 {}, to_ex G2 {} split
0.5     H1 > report to_ex G1 {}, to_ex G2 {} split
# IGMP3-H-044, MLD2-H-015, IGMP3-H-046: any address of the interface
10      H1 < query * to H1
15      H1 > report is_ex G1 {}, is_ex G2 {}
20      H1 < query G1 to H1
20.5    H1 > report is_ex G1 {}
30      H1 < query G1 to NODES
30.5    H1 > report is_ex G1 {}
40      H1 < query G1 to G2
40.5    H1 > report is_ex G1 {}
# not another's
50      H1 < query * to H9
50      H1 = count rx-bad-destination 1
50      H1 silent until 60
# IGMP3-H-046: a general query goes to all nodes, in IGMP; MLD2-H-015: MLD asks for no more than an address of ours
60      H1 < query * to G1
ipv4: 60 H1 = count rx-bad-destination 2
ipv4: 60 H1 silent until 80
ipv6: 65 H1 > report is_ex G1 {}, is_ex G2 {}
ipv4: 70 H1 < older query * to G1
ipv4: 70 H1 = version newest
