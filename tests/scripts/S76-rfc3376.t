# S76 with the intervals of the older standards: RFC 3376 8.4; RFC 3810 9.4
# IGMP3-R-037, MLD2-R-006: one response interval, and the group is lost for a moment
timers rfc3376
node R1 router startup-query-count 1
end 265
0       R1 > query *
0.1     R1 < report is_ex G1 {}
0.1     R1 = G1 exclude {} {} timer 260
125     R1 > query *
250     R1 > query *
260.099 R1 = told G1 yes
260.1   R1 = G1 none
260.1   R1 = told G1 no
260.2   R1 < report is_ex G1 {}
260.2   R1 = G1 exclude {} {} timer 260
260.2   R1 = told G1 yes
