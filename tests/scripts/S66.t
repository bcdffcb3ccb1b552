# S66 what is forwarded: RFC 9776 6.3; RFC 9777 7.3
# IGMP3-R-013: every kind of state
node R1 router
end 10
0       R1 = forwards a G1 no
0       R1 = forwards * G1 no
1       R1 < report is_in G1 {a}
1       R1 = forwards a G1 yes
1       R1 = forwards b G1 no
1       R1 = forwards * G1 no
2       R1 < report is_ex G1 {a,b}
2       R1 = G1 exclude {a} {b}
2       R1 = forwards a G1 yes
2       R1 = forwards b G1 no
2       R1 = forwards c G1 yes
2       R1 = forwards * G1 yes
2       R1 = forwards a G2 no
