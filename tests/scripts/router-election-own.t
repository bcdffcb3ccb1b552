# a query from one's own address: RFC 9776 6.6.2; RFC 9777 7.6.2
node R2 router
end 130
0       R2 > query *
10      R2 < query * qrv 5 qqi 30 from R2
# ROB-011, IGMP3-R-032
10      R2 = querier self
10      R2 = other-querier none
10      R2 = robustness 2
10      R2 = count rx-own-query 1
10      R2 = warned self 1
31.25   R2 > query *
50      R2 < query * from R2
50      R2 = count rx-own-query 2
50      R2 = warned self 1                                            # ROB-016
