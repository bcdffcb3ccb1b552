# what a query of the querier lowers: RFC 9776 6.6.1; RFC 9777 7.6.1
node R2 router member no
end 100
0       R2 < query * from R1
1       R2 silent until 100
10      R2 < report allow G1 {a,b,c}, is_ex G2 {}, is_ex G3 {b}
10      R2 < report is_in G3 {a}
60      R2 < query * from R1
60      R2 = G1 include {a,b,c} timer a 220 timer b 220 timer c 220   # IGMP3-R-027: a general query: nothing
60      R2 = G2 exclude {} {} timer 220
61      R2 < query G1 {a} s yes from R1
61      R2 = G1 include {a,b,c} timer a 219                           # IGMP3-R-028
62      R2 < query G1 {a,b,d} s no from R1
62      R2 = G1 include {a,b,c} timer a 2 timer b 2 timer c 218       # IGMP3-R-027
62.5    R2 < query G1 {b} s no max 5 from R1
62.5    R2 = G1 include {a,b,c} timer b 1.5                      # IGMP3-R-027: never raised
63      R2 < report is_in G1 {a}
63      R2 = G1 include {a,b,c} timer a 270 timer b 1
64      R2 = G1 include {a,c} timer a 269 timer c 216
64      R2 = forwards b G1 no
70      R2 < query G1 s no from R1
# IGMP3-R-027, IGMP3-R-009: INCLUDE has no such timer
70      R2 = G1 include {a,c} timer a 263 timer c 210
71      R2 < query G3 {a} s no from R1
71      R2 = G3 exclude {a} {b} timer 209 timer a 2               # IGMP3-R-027: of the source alone
73      R2 = G3 exclude {} {a,b} timer 207
# DEC-12: as long as the querier gives, as often as this router would ask
80      R2 < query G2 s no max 3 from R1
80      R2 = G2 exclude {} {} timer 6
81      R2 < query G2 s no max 10 from R1
81      R2 = G2 exclude {} {} timer 5                                 # IGMP3-R-027: never raised
86      R2 = G2 none
