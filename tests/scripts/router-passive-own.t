# who only listens hears the querier that runs on its own machine, with its own address (RFC 4541 2.1.1)
node R2 router passive yes
end 60
0       R2 silent until 60
10      R2 < report to_ex G1 {}
20      R2 < query * qrv 3 qqi 60 from R2
20      R2 = querier R2
20      R2 = robustness 3
20      R2 = count rx-own-query 0
20      R2 = warned self 0
30      R2 < report to_in G1 {}
31      R2 < query G1 s no from R2
31      R2 = G1 exclude {} {} timer 3
