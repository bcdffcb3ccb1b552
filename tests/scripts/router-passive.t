# a router that listens only, as a switch does: RFC 4541 2.1.1
node R2 router passive yes
end 310
0       R2 silent until 310
0       R2 = querier none
0       R2 = next-query none
10      R2 < report to_ex G1 {}
10      R2 = G1 exclude {} {} timer 270
20      R2 < query * from R3
20      R2 = querier R3
20      R2 = other-querier 255
30      R2 < report to_in G1 {}
30      R2 = G1 exclude {} {} timer 250
31      R2 < query G1 s no from R3
31      R2 = G1 exclude {} {} timer 2
33      R2 = G1 none
290     R2 = querier none
290     R2 = next-query none
