# a robustness of 1: RFC 9776 8.1; RFC 9777 9.1
node R1 router robustness 1
end 30
0       R1 > query * qrv 1
0       R1 = warned robustness 1                                       # IGMP3-R-007
0       R1 = group-membership-interval 145
1       R1 < report to_ex G1 {}
1       R1 < report to_in G1 {}
1       R1 > query G1 s no                                             # IGMP3-R-040: just one
1       R1 = G1 exclude {} {} timer 1
2       R1 = G1 none
