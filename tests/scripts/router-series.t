# what is asked in between does not use up what is still to be asked: RFC 9776 6.6.3.1, 6.6.3.2; RFC 9777 7.6.3
node R1 router robustness 3
end 20
1       R1 < report to_ex G1 {}
2       R1 < report to_in G1 {S1,S2}
2       R1 > query G1 s no
# IGMP3-R-018: a group's queries come each Last Member Query Interval, whatever is asked about its sources
2.1     R1 < report block G1 {S1}
2.1     R1 > query G1 {S1} s no
# IGMP3-R-024: what is pending is merged into the query for a new source; IGMP3-R-021: and comes as often as it should all the same
2.3     R1 < report block G1 {S2}
2.3     R1 > query G1 {S1,S2} s no
3       R1 > query G1 s no
3.3     R1 > query G1 {S1,S2} s no
4       R1 > query G1 s no
4.3     R1 > query G1 {S1,S2} s no
4.999   R1 = G1 exclude {S1,S2} {}  queries 0
5       R1 = G1 include {S1,S2}
5.1     R1 = G1 include {S2}
5.3     R1 = G1 none
