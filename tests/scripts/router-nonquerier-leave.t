# leaves of older versions, and who is not querier: RFC 2236 3; RFC 2710 4
node R2 router member no
end 200
0       R2 < query * from R1
1       R2 silent until 200
10      R2 < older report G1
20      R2 < leave G1                                                 # IGMP2-R-001, MLD1-R-001
20      R2 = G1 exclude {} {} timer 260
20      R2 = count rx-ignored 1
# IGMP2-R-006, MLD1-R-002: a query of the older version lowers the timer to as often its own time
30      R2 < older query G1 max 3 from R1
30      R2 = G1 exclude {} {} timer 6
31      R2 < older query G1 max 9 from R1
31      R2 = G1 exclude {} {} timer 5
32      R2 < older report G1
32      R2 = G1 exclude {} {} timer 270
32      R2 = told G1 yes
