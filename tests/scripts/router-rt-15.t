# no group; BLOCK: still none, nothing asked: RFC 9776 6.4.2; RFC 9777 7.4.2
node R1 router
end 10
0       R1 < report block G1 {a,b}
0       R1 = G1 none                                                   # IGMP3-R-014, RT-15
0       R1 = told G1 never
0       R1 = forwards a G1 no
