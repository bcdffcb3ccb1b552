# an election lost to an older version: RFC 4604 3.6; RFC 9776 7.3.1
node R2 router member no
end 330
0       R2 > query *
1       R2 < report allow GS {a}
31.25   R2 > query *
60      R2 < older query * max 20 from R1
60      R2 = querier R1
60      R2 = warned older 1                                           # IGMP3-R-059
60      R2 = warned ssm 1                                             # SSM-012
# DEC-26: it tells no values: they are one's own
60      R2 = robustness 2
60      R2 = other-querier 255
60.5    R2 silent until 315
315     R2 > query * max 10 s no qrv 2 qqi 125
315     R2 = querier self
