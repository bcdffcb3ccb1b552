# S60 EXCLUDE, sources blocked: RFC 9776 6.4.2; RFC 9777 7.4.2
node R1 router
end 80
0       R1 < report to_ex G1 {}
69      R1 = G1 exclude {} {} timer 201
70      R1 < report block G1 {a}
70      R1 > query G1 {a} s no
70      R1 = G1 exclude {a} {} timer 200 timer a 2      # RT-10
70      R1 = forwards a G1 yes
71      R1 > query G1 {a} s no
72      R1 = G1 exclude {} {a} timer 198                # IGMP3-R-011
72      R1 = forwards a G1 no
72      R1 = forwards * G1 yes
