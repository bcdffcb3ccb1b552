# S79 which reports count: RFC 9777 5.2.14, 7.4; RFC 3590 4
family ipv6
node R1 router member no
end 10
# MLD2-R-001: each of them alone
1       R1 < report to_ex G1 {} from 2001:db8::10
1       R1 = G1 none
1       R1 = count rx-bad-sender 1
2       R1 < report to_ex G1 {} from NONE               # MLD2-R-002
2       R1 = G1 none
2       R1 = count rx-bad-sender 2
3       R1 < report to_ex G1 {} ttl 64
3       R1 = G1 none
3       R1 = count rx-bad-hoplimit 1
4       R1 < report to_ex G1 {} alert no
4       R1 = G1 none
4       R1 = count rx-no-ra 1
4       R1 = told G1 never
4       R1 = count rx-report 0
5       R1 < report to_ex G1 {}
5       R1 = G1 exclude {} {} timer 270
5       R1 = forwards * G1 yes
