# TTL and TOS of what is heard (RFC 9776 4)
family ipv4
node H1 host
node H2 host strict-ttl yes

0       H1 join G1
0       H1 > report to_ex G1 {}
0       H2 join G1
0       H2 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
0.5     H2 > report to_ex G1 {}
# ROB-015: counted; dropped only where that is wanted
10      H1 < query * ttl 64
10      H1 = count rx-bad-ttl 1
10      H1 = count rx-query 1
10      H2 < query * ttl 64
10      H2 = count rx-bad-ttl 1
10      H2 = count rx-query 0
10      H2 silent until 30
15      H1 > report is_ex G1 {}
# ROB-015: TOS never
30      H1 < query * tos 0
30      H2 < query * tos 0
35      H1 > report is_ex G1 {}
35      H2 > report is_ex G1 {}
