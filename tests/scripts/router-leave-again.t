# a leave said again while it is asked about: RFC 9776 6.6.3.1; RFC 9777 7.6.3.1
node R1 router
end 120
0       R1 < report to_ex G1 {}
100     R1 < report to_in G1 {}
100     R1 > query G1 s no
100.4   R1 < report to_in G1 {}
100.4   R1 > query G1 s no optional
# IGMP3-R-018: a timer is lowered, never raised; DEC-14: however often it is asked
100.4   R1 = G1 exclude {} {} timer 1.6
101     R1 > query G1 s no optional
101.4   R1 > query G1 s no optional
101.5   R1 < report to_in G1 {}
101.5   R1 > query G1 s no optional
101.5   R1 = G1 exclude {} {} timer 0.5
101.999 R1 = forwards * G1 yes
102     R1 = G1 none
# IGMP3-R-024: nothing is asked about what is gone
102     R1 = told G1 no
