# a query from no address: RFC 4541 2.1.1; RFC 9777 5.1.14
node R1 router member no
end 130
0       R1 > query *
10      R1 < query * qrv 5 qqi 30 from NONE
# IGMP3-R-034, MLD2-R-003
10      R1 = querier self
10      R1 = other-querier none
10      R1 = robustness 2
ipv6: 10      R1 = count rx-bad-sender 1
31.25   R1 > query *
