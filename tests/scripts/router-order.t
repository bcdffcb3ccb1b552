# records of one report count in their order: RFC 9776 6.2; RFC 9777 7.2
node R1 router
end 20
# IGMP3-R-056
0       R1 < report block GS1 {a}, allow GS1 {a}, allow GS2 {a}, block GS2 {a}
0       R1 > query GS2 {a} s no
0       R1 = GS1 include {a} timer a 270
0       R1 = GS2 include {a} timer a 2
1       R1 > query GS2 {a} s no
2       R1 = GS2 none
3       R1 < report is_in G1 {a}, is_ex G1 {a,b}, allow G1 {b}
3       R1 = G1 exclude {a,b} {} timer 270 timer a 270 timer b 270
4       R1 < report is_ex G2 {a,b}, allow G2 {b}, is_in G2 {a}
4       R1 = G2 exclude {a,b} {} timer 270
