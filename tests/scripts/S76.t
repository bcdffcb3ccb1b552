# S76 one answer is lost: RFC 9776 8.4; RFC 9777 9.4
# IGMP3-R-037, MLD2-R-006: two response intervals, for the answer to the query before last may come late
node R1 router startup-query-count 1
end 265
0       R1 > query *
0.1     R1 < report is_ex G1 {}
0.1     R1 = G1 exclude {} {} timer 270
125     R1 > query *
250     R1 > query *
260.1   R1 = G1 exclude {} {} timer 10
260.199 R1 = told G1 yes
260.2   R1 < report is_ex G1 {}
260.2   R1 = G1 exclude {} {} timer 270
260.2   R1 = told G1 yes
