# A router that is a member itself (RFC 9776 5, 6)
node R1 router

# IGMP3-H-065: it hears its own reports
1       R1 join G1
1       R1 = member G1 exclude {}
1       R1 = G1 exclude {} {} timer 270
1       R1 = forwards * G1 yes
# and answers its own queries, at 5, 36.25 and 161.25
31      R1 = G1 exclude {} {} timer 244
40      R1 = G1 exclude {} {} timer 266.25
170     R1 = G1 exclude {} {} timer 261.25
# it asks for who is left when it leaves, and may begin that anew when it says so again
200     R1 leave G1
200     R1 = member G1 none
200     R1 > query G1
200.5   R1 > query G1 optional
201     R1 > query G1 optional
201.5   R1 > query G1 optional
201.999 R1 = forwards * G1 yes
202     R1 = G1 none
202     R1 = forwards * G1 no
