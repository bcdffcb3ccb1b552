# S68 a router with a higher address appears: RFC 9776 6.6.2; RFC 9777 7.6.2
# IGMP3-R-032: nothing changes, its own queries go on
node R2 router
end 290
0       R2 > query *
31.25   R2 > query *
60      R2 < query * from R3
60      R2 = querier self
60      R2 = other-querier none
60      R2 = next-query 96.25
156.25  R2 > query *
281.25  R2 > query *
