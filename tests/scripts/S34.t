# S34 odd lengths (RFC 9776 7.1, 4.1.2; RFC 9777 8.1)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
0.501   H1 silent until 30
ipv4: 10 H1 < query * length 7
ipv4: 11 H1 < query * length 9
ipv4: 12 H1 < query * length 10
ipv4: 13 H1 < query * length 11
ipv6: 10 H1 < query * length 23
ipv6: 11 H1 < query * length 25
ipv6: 12 H1 < query * length 26
ipv6: 13 H1 < query * length 27
13      H1 = count rx-bad-length 4
13      H1 = version newest
14      H1 < query * checksum bad
14      H1 = count rx-bad-checksum 1
14      H1 = count rx-query 0
# it is the fault that makes the difference
30      H1 < query *
35      H1 > report is_ex G1 {}
