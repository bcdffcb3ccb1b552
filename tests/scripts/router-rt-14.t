# no group; IS_EX, TO_EX: EXCLUDE, nothing asked: RFC 9776 6.4; RFC 9777 7.4
node R1 router
end 280
# IGMP3-R-014, RT-14
0       R1 < report is_ex G1 {a}, to_ex G2 {a,b}, is_ex G3 {}
0       R1 = G1 exclude {} {a} timer 270
0       R1 = G2 exclude {} {a,b} timer 270
0       R1 = G3 exclude {} {} timer 270                                # IGMP3-R-008
0       R1 = forwards a G1 no
0       R1 = forwards b G1 yes
0       R1 = forwards a G3 yes
269.999 R1 = told G1 yes
270     R1 = G1 none
270     R1 = told G1 no
