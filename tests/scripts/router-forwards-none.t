# queries and reports stay on their link: RFC 9776 9.1; RFC 9777 10
node R1 router member no
end 30
1       R1 silent until 30                                             # IGMP3-R-043
2       R1 < query * from R2
3       R1 < report to_ex G1 {}
4       R1 < older report G2
5       R1 < query G1 s yes from R2
6       R1 < query * ttl 9 from R2
7       R1 < report to_ex G3 {} ttl 9
7       R1 = G1 exclude {} {}
