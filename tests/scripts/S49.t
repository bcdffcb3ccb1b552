# S49 queries that are not valid (RFC 9777 5.1.14, 6.2, 8.1)
family ipv6
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
0.501   H1 silent until 105
# MLD2-H-003, MLD2-H-004, ROB-012: from no link-local address
10      H1 < query * from NONE
10      H1 = count rx-bad-sender 1
10      H1 = warned sender 1
20      H1 < query * from 2001:db8::99
20      H1 = count rx-bad-sender 2
20      H1 = warned sender 1
# MLD2-H-003, ROB-013
30      H1 < query * ttl 2
30      H1 = count rx-bad-hoplimit 1
40      H1 < query * alert no
40      H1 = count rx-no-ra 1
50      H1 < query * length 26
50      H1 = count rx-bad-length 1
50      H1 = response none
50      H1 = count rx-query 0
# MLD2-H-004: one warning in 60 s
80      H1 < query * from NONE
80      H1 = warned sender 2
100     H1 < query *
105     H1 > report is_ex G1 {}
