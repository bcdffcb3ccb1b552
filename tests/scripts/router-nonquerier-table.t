# the table for who is not querier: no query, no timer lowered: RFC 9776 6.4.2; RFC 9777 7.4.2
node R2 router member no
end 100
0       R2 < query * from R1
1       R2 silent until 100                                            # IGMP3-R-016
10      R2 < report allow G1 {a,b}, allow G2 {a,b}, is_ex G3 {c}, is_ex G4 {c,S5}, is_ex G5 {c}
10      R2 < report allow G3 {a}, allow G4 {a}, allow G5 {a,b}, allow GS {a,b}
60      R2 < report to_ex G1 {b,c}, to_in G2 {b}, block G3 {a,c,d}
60      R2 < report to_ex G4 {a,c,d}, to_in G5 {a}, block GS {a}
60      R2 = G1 exclude {b} {c} timer 270 timer b 220                 # RT-05
60      R2 = G2 include {a,b} timer a 220 timer b 270                 # RT-06
60      R2 = G3 exclude {a,d} {c} timer 220 timer a 220 timer d 220   # RT-10: d begins as the group
60      R2 = G4 exclude {a,d} {c} timer 270 timer a 220 timer d 220   # RT-11: as it was before
60      R2 = G5 exclude {a,b} {c} timer 220 timer a 270 timer b 220   # RT-12
60      R2 = GS include {a,b} timer a 220 timer b 220                 # RT-04
63      R2 = forwards a GS yes
