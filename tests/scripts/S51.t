# S51 response times that are floats (RFC 9777 5.1.3, RFC 9776 4.1.1)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
# MLD: 0x8388 is 40 s
ipv6: 10 H1 < query * code 33672
ipv6: 30 H1 > report is_ex G1 {}
# IGMP: 0x8a is 20.8 s
ipv4: 10 H1 < query * code 138
ipv4: 20.4 H1 > report is_ex G1 {}
