# which queries elect a querier: RFC 9776 6.6.2; RFC 9777 7.6.2
node R2 router member no
end 60
0       R2 > query *
10      R2 < query G1 s yes from R1
# IGMP3-R-031: in IGMP general queries alone
ipv4: 10      R2 = querier self
# MLD2-R-005: in MLD any
ipv6: 10      R2 = querier R1
ipv6: 10      R2 = other-querier 255
ipv6: 10      R2 silent until 60
20      R2 < query G1 {a} s yes from R1
ipv4: 20      R2 = querier self
ipv6: 20      R2 = other-querier 255
ipv4: 31.25   R2 > query *
