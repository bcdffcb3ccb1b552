# S75 one query after a leave is lost: RFC 9776 8.9, 8.10; RFC 9777 9.9, 9.10
node R1 router
node H1 host start 1
end 110
1       H1 join G1
1       H1 > report to_ex G1 {}
1.5     H1 > report to_ex G1 {}
36.25   H1 > report is_ex G1 {}              # of the general query of 31.25
100     R1 < report to_in G1 {} from H2
100     R1 > query G1 s no lost
101     R1 > query G1 s no f=0.9
101.9   H1 > report is_ex G1 {}
# IGMP3-R-021, IGMP3-R-026: the second query is there for this
101.9   R1 = G1 exclude {} {} timer 270
103     R1 = forwards * G1 yes
103     R1 = told G1 yes
