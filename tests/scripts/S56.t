# S56 leave of one source: RFC 9776 6.3, 6.4.2; RFC 9777 7.3, 7.4.2
node R1 router
end 275
0       R1 < report allow GS {a,b}
0       R1 = GS include {a,b} timer a 270 timer b 270 # RT-13
50      R1 < report block GS {a}
50      R1 > query GS {a} max 1 s no qrv 2 qqi 125   # RT-04, IGMP3-R-025
50      R1 = GS include {a,b} timer a 2 timer b 220
51      R1 > query GS {a} max 1 s no
51.999  R1 = forwards a GS yes                   # IGMP3-R-026
# IGMP3-R-010: an INCLUDE source goes with its timer, the group with its last
52      R1 = GS include {b} timer b 218
52      R1 = forwards a GS no
52      R1 = forwards b GS yes
52      R1 = told GS yes
269.999 R1 = forwards b GS yes
270     R1 = GS none
270     R1 = forwards b GS no
270     R1 = told GS no
