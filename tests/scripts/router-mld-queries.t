# which queries count: RFC 9777 5.1.14, 7.6
family ipv6
node R2 router member no
end 150
0       R2 > query *
0       R2 < report to_ex G1 {}
# MLD2-R-003: each of them alone; none elects, none lowers a timer
1       R2 < query * from 2001:db8::1
1       R2 = count rx-bad-sender 1
1       R2 = warned sender 1
2       R2 < query * ttl 64 from R1
2       R2 = count rx-bad-hoplimit 1
3       R2 < query * alert no from R1
3       R2 = count rx-no-ra 1
4       R2 < query G1 s no from NONE
4       R2 = count rx-bad-sender 2
4       R2 = querier self
4       R2 = other-querier none
4       R2 = G1 exclude {} {} timer 266
31.25   R2 > query *
