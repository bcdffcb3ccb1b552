# S77 a report from 0.0.0.0: RFC 9776 4.2.14
family ipv4
node R1 router member no
end 110
0       R1 < report to_ex G1 {} from NONE
0       R1 = G1 exclude {} {} timer 270          # IGMP3-R-041
0       R1 = forwards * G1 yes
0       R1 = count rx-report 1
100     R1 < report to_in G1 {} from NONE
100     R1 > query G1 s no
101     R1 > query G1 s no
102     R1 = G1 none
