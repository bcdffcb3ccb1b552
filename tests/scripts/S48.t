# S48 what is never reported (RFC 9777 6)
family ipv6
node H1 host

# MLD2-H-001, ADDR-010: all nodes, and scopes 1 and 0
0       H1 join ff02::1
0       H1 join ff01::5
0       H1 join ff00::5
0       H1 silent until 5
# MLD2-H-002
5       H1 join ff02::fb
5       H1 > report to_ex ff02::fb {}
5.5     H1 > report to_ex ff02::fb {}
6       H1 join ff02::2
6       H1 > report to_ex ff02::2 {}
6.5     H1 > report to_ex ff02::2 {}
10      H1 < query *
15      H1 > report is_ex ff02::fb {}, is_ex ff02::2 {}
20      H1 silent until 60
20      H1 < query ff01::5
20      H1 < query ff02::1
21      H1 leave ff02::1
21      H1 leave ff01::5
21      H1 leave ff00::5
