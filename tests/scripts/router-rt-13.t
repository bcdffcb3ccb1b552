# no group; IS_IN, ALLOW, TO_IN: INCLUDE, nothing asked: RFC 9776 6.4; RFC 9777 7.4
node R1 router
end 10
# IGMP3-R-014, RT-13
0       R1 < report is_in G1 {a}, allow G2 {a}, to_in G3 {a,b}
0       R1 = G1 include {a} timer a 270
0       R1 = G2 include {a} timer a 270
0       R1 = G3 include {a,b} timer a 270 timer b 270
0       R1 = told G1 yes
0       R1 = forwards a G3 yes
0       R1 = forwards c G3 no
# No source, no group.
1       R1 < report is_in G4 {}, allow G5 {}, to_in G6 {}
1       R1 = G4 none
1       R1 = G5 none
1       R1 = G6 none
1       R1 = told G6 never
