# as many groups and sources as may be: RFC 9776 3.2 (by analogy)
node R1 router member no max-groups 3 max-sources 2
end 30
0       R1 < report to_ex G1 {}, allow G2 {a,b}, allow GS {a,b}
# ROB-018: a group too many is refused, the others stay
1       R1 < report to_ex G4 {}, is_ex G1 {}
1       R1 = G4 none
1       R1 = G1 exclude {} {} timer 270
1       R1 = groups 3
1       R1 = count group-limit 1
1       R1 = warned groups 1
# ROB-018: with a source too many all are forwarded
10      R1 < report allow G2 {c}
10      R1 = G2 exclude {} {} timer 270
10      R1 = forwards c G2 yes
10      R1 = forwards a G2 yes
10      R1 = count source-limit 1
10      R1 = warned sources 1
# ROB-018: a source-specific group cannot, its new sources are refused
20      R1 < report allow GS {c,a}
20      R1 = GS include {a,b} timer a 270 timer b 250
20      R1 = forwards c GS no
20      R1 = count source-limit 2
