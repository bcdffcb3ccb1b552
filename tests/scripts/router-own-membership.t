# a router is a member of the group that reports go to: RFC 9776 6; RFC 9777 7
node R1 router
end 20
0       R1 = member REPORTS exclude {}                                 # IGMP3-R-001
0       R1 > report to_ex REPORTS {}
0.5     R1 > report to_ex REPORTS {}
5       R1 > report is_ex REPORTS {}
# ROB-025: what its own host role says counts as what others say
10      R1 join G1
10      R1 > report to_ex G1 {}
10      R1 = G1 exclude {} {} timer 270
10.5    R1 > report to_ex G1 {}
10.5    R1 = G1 exclude {} {} timer 270
12      R1 leave G1
12      R1 > report to_in G1 {}
12      R1 > query G1 s no
12.5    R1 > report to_in G1 {}
# The leave is said twice, and asked about as often.
12.5    R1 > query G1 s no optional
13      R1 > query G1 s no optional
13.5    R1 > query G1 s no optional
14      R1 = G1 none
