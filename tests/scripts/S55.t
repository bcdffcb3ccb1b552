# S55 leave answered by another member: RFC 9776 6.6.3.1; RFC 9777 7.6.3.1
node R1 router
end 375
0       R1 < report to_ex G1 {}
100     R1 < report to_in G1 {}
100     R1 > query G1 s no
100.5   R1 < report is_ex G1 {} from H2
100.5   R1 = G1 exclude {} {} timer 270 queries 1
101     R1 > query G1 s yes                           # IGMP3-R-019: by the timer as it is when this is sent
101     R1 = G1 exclude {} {} timer 269.5 queries 0   # IGMP3-R-028: sending S=1 lowers nothing
102     R1 = G1 exclude {} {} timer 268.5
102     R1 = forwards * G1 yes
370.499 R1 = told G1 yes
370.5   R1 = G1 none
370.5   R1 = told G1 no
