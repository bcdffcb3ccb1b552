# TTL and TOS of reports: RFC 9776 4; no standard makes a router look at them
family ipv4
node R1 router
node R2 router strict-ttl yes
end 10
# ROB-015
1       R1 < report to_ex G1 {} ttl 64
1       R1 = G1 exclude {} {} timer 270
1       R1 = count rx-bad-ttl 1
2       R1 < report to_ex G2 {} tos 0
2       R1 = G2 exclude {} {} timer 270
3       R2 < report to_ex G1 {} ttl 64
3       R2 = G1 none
3       R2 = count rx-bad-ttl 1
