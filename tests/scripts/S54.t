# S54 join, silent leave: RFC 9776 6.2, 6.4.2, 6.6.3.1; RFC 9777 7.4.2, 7.6.3.1
# MLD2-R-008: MLD's queries of one address go by the same rules
node R1 router
end 120
0       R1 < report to_ex G1 {}
0       R1 = G1 exclude {} {} timer 270 version newest queries 0       # IGMP3-R-008, RT-14
0       R1 = forwards * G1 yes
0       R1 = told G1 yes
100     R1 < report to_in G1 {}
# IGMP3-R-018: at once and once more; IGMP3-R-025: the response time is the interval between them
100     R1 > query G1 max 1 s no qrv 2 qqi 125
100     R1 = G1 exclude {} {} timer 2 queries 1                       # IGMP3-R-018, IGMP3-R-040
101     R1 > query G1 max 1 s no qrv 2 qqi 125
101     R1 = G1 exclude {} {} timer 1 queries 0
101.999 R1 = forwards * G1 yes                                    # IGMP3-R-026
101.999 R1 = told G1 yes
102     R1 = G1 none                                                  # IGMP3-R-012
102     R1 = forwards * G1 no
102     R1 = told G1 no
