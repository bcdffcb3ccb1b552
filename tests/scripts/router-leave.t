# leaves of the older version: RFC 2236 3; RFC 2710 4; RFC 9776 7.3.2
node R1 router
end 60
# IGMP2-R-002, ROB-023, MLD1-R-001: of a group without members
0       R1 < leave G1
0       R1 = G1 none
0       R1 = count rx-ignored 1
10      R1 < report to_ex G1 {}, to_ex G2 {}
# IGMP3-R-053: of a group in the newest version
20      R1 < leave G1
20      R1 > query G1 max 1 s no
20      R1 = G1 exclude {} {} timer 2 version newest older older none
21      R1 > query G1 s no
22      R1 = G1 none
# IGMP2-R-003: sent to the group itself
ipv4: 30      R1 < leave G2 to G2
ipv4: 30      R1 > query G2 s no
ipv4: 31      R1 > query G2 s no
ipv4: 32      R1 = G2 none
