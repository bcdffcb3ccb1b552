# queries that are under way when the election is lost: RFC 2236 3; RFC 2710 4
node R2 router member no
end 300
0       R2 < report to_ex G1 {}, allow GS {a,b}, to_ex G2 {}
0       R2 < older report G2
100     R2 < report to_in G1 {}, block GS {a}
100     R2 > query G1 s no
100     R2 > query GS {a} s no
100     R2 < leave G2
100     R2 > query G2 s no
100.5   R2 < query * from R1
100.5   R2 = querier R1
# IGMP2-R-005, MLD1-R-001, DEC-21: they go on
101     R2 > query G1 s no
101     R2 > query GS {a} s no
101     R2 > query G2 s no
102     R2 = G1 none
102     R2 = G2 none
102     R2 = GS include {b}
# And no more begin.
103     R2 < report block GS {b}
103     R2 = GS include {b} timer b 167
