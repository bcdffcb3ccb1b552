# queries that are none: RFC 9776 4.1.8, 4.1.11, 7.1; RFC 9777 5.1.10, 5.1.13, 8.1; RFC 2236 6
node R2 router
end 40
0       R2 > query *
0       R2 < report to_ex G1 {}
# ROB-006: a general query that lists sources
ipv4: 1       R2 < raw 1164e21b00000000027d00010a010001 from R1 to NODES
ipv6: 1       R2 < raw 820028c22710000000000000000000000000000000000000027d000120010db800000000000000000000000a from R1 to NODES
1       R2 = count rx-malformed 1
# ROB-007: a query of what is no group; records and older reports likewise
2       R2 < query 10.0.0.77|2001:db8::77 from R1 to NODES
2       R2 = count rx-bad-group 1
3       R2 < report to_ex 10.0.0.77|2001:db8::77 {}, to_ex G2 {}
3       R2 < older report 10.0.0.77|2001:db8::77
3       R2 = G2 exclude {} {} timer 270
3       R2 = groups 3
3       R2 = count rx-bad-group 3
# Cut ones, and such as are damaged
4       R2 < query * length 11 from R1
4       R2 = count rx-bad-length 1
5       R2 < query * checksum bad from R1
5       R2 = count rx-bad-checksum 1
6       R2 < report to_in G1 {} length 12
6       R2 = count rx-truncated 1
7       R2 < query * from R1 to 10.0.0.99|fe80::99
7       R2 = count rx-bad-destination 1
7       R2 = querier self
7       R2 = G1 exclude {} {} timer 263
31.25   R2 > query *
