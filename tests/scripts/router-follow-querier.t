# several routers with lower addresses: RFC 9776 6.6.2; RFC 9777 7.6.2
node R3 router member no
end 540
0       R3 > query *
10      R3 < query * qrv 3 from R1
10      R3 = querier R1
10      R3 = robustness 3
10      R3 = other-querier 380
# DEC-11: it counts as present while any lower one asks; DEC-10: values are the querier's
100     R3 < query * qrv 5 qqi 60 from R2
100     R3 = querier R1
100     R3 = robustness 3                                            # IGMP3-R-035
100     R3 = query-interval 125                                      # IGMP3-R-036
100     R3 = other-querier 380
200     R3 < query * qrv 2 from R1
200     R3 = other-querier 255
# R1 has not asked for 255 s: R2 is the querier.
300     R3 < query * qrv 2 from R2
300     R3 = querier R1
460     R3 < query * qrv 2 from R2
460     R3 = querier R2
460     R3 = other-querier 255
