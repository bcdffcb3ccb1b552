# S35 the longest response time (RFC 9776 4.1.1, 8.14.2; RFC 9777 5.1.3)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
# ROB-022
ipv4: 10 H1 < query * code 255
ipv6: 10 H1 < query * code 65535
ipv4: 10 H1 = response 1587.2
ipv6: 10 H1 = response 4193.792
ipv4: 10 H1 silent until 1597.2
ipv6: 10 H1 silent until 4203.792
ipv4: 1597.2 H1 > report is_ex G1 {}
ipv6: 4203.792 H1 > report is_ex G1 {}
