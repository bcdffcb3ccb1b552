# values that differ from the usual, in queries and in timers: RFC 9776 4.1, 8; RFC 9777 5.1, 9
node R1 router robustness 9 query-interval 300 query-response-interval 20 last-member-query-interval 2
end 60
# IGMP3-R-005: a robustness over 7 is sent as 0; the codes are floats, the next lower value each
ipv4: 0       R1 > query * code 137 s no qrv 0 qqic 146
ipv6: 0       R1 > query * code 20000 s no qrv 0 qqic 146
0       R1 = next-query 75                                             # IGMP3-R-003
0       R1 = group-membership-interval 2740                            # IGMP3-R-037, MLD2-R-006
0       R1 = other-querier-present-interval 2710                       # IGMP3-R-038, MLD2-R-007
0       R1 = older-host-present-interval 2720                          # IGMP3-R-039, MLD2-R-007
1       R1 < report to_ex G1 {}
1       R1 < report to_in G1 {}
# IGMP3-R-040: as many as the robustness; IGMP3-R-025: QRV and QQIC as in general queries
1       R1 > query G1 max 2 s no qrv 0 qqic 146
1       R1 = G1 exclude {} {} timer 18 queries 8
3       R1 > query G1 max 2 s no qrv 0 qqic 146
5       R1 > query G1
7       R1 > query G1
9       R1 > query G1
11      R1 > query G1
13      R1 > query G1
15      R1 > query G1
17      R1 > query G1 s no
18.999  R1 = told G1 yes
19      R1 = G1 none
