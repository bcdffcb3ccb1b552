# S70 who is not querier follows the S flag: RFC 9776 6.6.1; RFC 9777 7.6.1
node R2 router
end 110
0       R2 < query * from R1
30      R2 < report is_ex G1 {}
100     R2 = querier R1
100     R2 < query G1 s yes from R1
100     R2 = G1 exclude {} {} timer 200        # IGMP3-R-028
101     R2 < query G1 s no from R1
101     R2 = G1 exclude {} {} timer 2          # IGMP3-R-027
101.5   R2 < report is_ex G1 {}
101.5   R2 = G1 exclude {} {} timer 270
103     R2 = forwards * G1 yes
