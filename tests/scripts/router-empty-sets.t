# records without sources for groups that are there: RFC 9776 6.4; RFC 9777 7.4
node R1 router
end 40
0       R1 < report allow G1 {a,b}, is_ex G2 {c}, is_in G2 {a}, allow G3 {a}, allow G4 {a}
10      R1 < report is_in G1 {}, allow G1 {}, block G1 {}
10      R1 = G1 include {a,b} timer a 260 timer b 260                 # RT-01, RT-03, RT-04
10      R1 < report is_in G2 {}, allow G2 {}, block G2 {}
10      R1 = G2 exclude {a} {c} timer 260 timer a 260                 # RT-07, RT-09, RT-10
# RT-08, RT-11: nothing stays in the lists; IGMP3-R-015: nothing is asked
20      R1 < report to_ex G2 {}
20      R1 = G2 exclude {} {} timer 270
21      R1 < report is_ex G3 {}, to_ex G4 {}
21      R1 = G3 exclude {} {} timer 270                               # RT-02
21      R1 = G4 exclude {} {} timer 270                               # RT-05
# RT-06: all that is there is asked for
30      R1 < report to_in G1 {}
30      R1 > query G1 {a,b} s no
31      R1 > query G1 {a,b} s no
32      R1 = G1 none
