# which reports and done messages of MLDv1 count: RFC 9777 7.4; RFC 3590 4
family ipv6
node R1 router
end 20
# MLD2-R-001, MLD2-R-002: each of them alone
1       R1 < v1 report G1 from NONE
2       R1 < v1 report G1 from 2001:db8::10
3       R1 < v1 report G1 ttl 2
4       R1 < v1 report G1 alert no
4       R1 = G1 none
4       R1 = count rx-bad-sender 2
4       R1 = count rx-bad-hoplimit 1
4       R1 = count rx-no-ra 1
5       R1 < v1 report G1
6       R1 < done G1 from NONE
7       R1 < done G1 from 2001:db8::10
8       R1 < done G1 ttl 64
9       R1 < done G1 alert no
9       R1 = G1 exclude {} {} timer 266 queries 0
9       R1 = count rx-bad-sender 4
9       R1 = count rx-leave 0
