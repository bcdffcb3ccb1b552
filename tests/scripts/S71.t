# S71 who is not querier takes the querier's values: RFC 9776 4.1.6, 4.1.7; RFC 9777 5.1.8, 5.1.9
node R2 router
end 320
0       R2 > query * qrv 2 qqi 125
0       R2 < query * qrv 3 qqi 60 from R1
0       R2 = robustness 3                        # IGMP3-R-035
0       R2 = query-interval 60                   # IGMP3-R-036
0       R2 = other-querier 185
10      R2 < report to_ex G1 {}
10      R2 = G1 exclude {} {} timer 200
# As querier its own again.
185     R2 > query * max 10 qrv 2 qqi 125
185     R2 = robustness 2
185     R2 = query-interval 125
310     R2 > query * max 10 qrv 2 qqi 125
