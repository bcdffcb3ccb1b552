# the group timer matters in EXCLUDE alone: RFC 9776 6.2.2, 6.5; RFC 9777 7.2.2, 7.5
node R1 router
end 640
0       R1 < report is_ex G1 {b}, is_ex G2 {b}, is_in G3 {a}
100     R1 < report is_in G1 {a}
# IGMP3-R-012: what is requested stays, with what is left of its timer; else the group goes
270     R1 = G1 include {a} timer a 100
270     R1 = G2 none
270     R1 = told G1 yes
270     R1 = told G2 no
270     R1 = G3 none                                                 # IGMP3-R-010
# IGMP3-R-009: in INCLUDE no group timer ends it
300     R1 < report is_in G1 {a}
540     R1 = G1 include {a} timer a 30
# IGMP3-R-009: and none is left over from before
560     R1 < report is_ex G1 {b}
560     R1 = G1 exclude {} {b} timer 270
