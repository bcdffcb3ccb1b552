# S67 a router with a lower address appears: RFC 9776 6.6.2; RFC 9777 7.6.2
node R2 router
end 450
0       R2 > query *
31.25   R2 > query *
60      R2 < query * from R1
# IGMP3-R-030: it is the querier for 255 s; MLD2-R-005
60      R2 = querier R1
60      R2 = other-querier 255
60      R2 = next-query none
61      R2 < report to_ex G1 {}
61      R2 = G1 exclude {} {} timer 270
61      R2 = forwards * G1 yes
# IGMP3-R-016: who is not querier asks nothing, and lowers nothing by what it would have asked
100     R2 < report to_in G1 {}
100     R2 = G1 exclude {} {} timer 231 queries 0
103     R2 = forwards * G1 yes
314.999 R2 = querier R1
# IGMP3-R-033: at once, and then as usual
315     R2 > query *
315     R2 = querier self
315     R2 = other-querier none
440     R2 > query *
