# a querier takes no values from others: RFC 9776 4.1.6, 4.1.7; RFC 9777 5.1.8, 5.1.9
node R2 router robustness 4 query-interval 100 startup-query-count 1
end 210
0       R2 > query * qrv 4 qqi 100
10      R2 < query * qrv 7 qqi 30 from R3
10      R2 = querier self
10      R2 = robustness 4                                             # IGMP3-R-035, DEC-10
10      R2 = query-interval 100                                       # IGMP3-R-036
10      R2 = group-membership-interval 420
100     R2 > query * qrv 4 qqi 100
200     R2 > query * qrv 4 qqi 100
