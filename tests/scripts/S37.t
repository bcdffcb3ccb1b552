# S37 back from an older version (RFC 9776 7.2.1)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
10      H1 < older query *
15      H1 > report G1
ipv6: 269 H1 join G2
ipv6: 269 H1 > report G2
# IGMP3-H-055, IGMP3-H-056: the end of the older version takes the repeat with it
ipv6: 270 H1 = version newest
ipv6: 270 H1 = G2 exclude {} repeat none
ipv6: 270 H1 silent until 375
ipv4: 359 H1 join G2
ipv4: 359 H1 > report G2
ipv4: 360 H1 = version newest
ipv4: 360 H1 = G2 exclude {} repeat none
ipv4: 360 H1 silent until 375
370     H1 < query *
375     H1 > report is_ex G1 {}, is_ex G2 {}
