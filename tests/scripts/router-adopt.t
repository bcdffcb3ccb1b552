# the querier's values, and what stands for them: RFC 9776 4.1.6, 4.1.7, 8; RFC 9777 5.1.8, 5.1.9, 9
node R2 router member no
end 250
0       R2 > query *
0       R2 < query * qrv 3 qqi 60 from R1
0       R2 = group-membership-interval 200                             # IGMP3-R-037
0       R2 = other-querier-present-interval 185                        # IGMP3-R-038
0       R2 = older-host-present-interval 190                           # IGMP3-R-039
# ROB-020, IGMP3-R-035, IGMP3-R-036: 0 stands for the usual, and not for the value before
50      R2 < query * qrv 0 qqi 0 from R1
50      R2 = robustness 2
50      R2 = query-interval 125
50      R2 = other-querier 255
# ROB-021: less than the response interval, which stays one's own
100     R2 < query * qrv 2 qqi 5 max 2 from R1
100     R2 = query-interval 5
100     R2 = query-response-interval 10
100     R2 = other-querier 15
101     R2 < report to_ex G1 {}
101     R2 = G1 exclude {} {} timer 30
115     R2 > query * max 10 qrv 2 qqi 125
115     R2 = query-interval 125                                      # IGMP3-R-036
240     R2 > query * max 10 qrv 2 qqi 125
