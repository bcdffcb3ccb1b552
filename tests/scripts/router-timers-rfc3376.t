# what the intervals are, by the older standards: RFC 3376 8; RFC 3810 9
timers rfc3376
node R1 router
end 1
0       R1 = group-membership-interval 260                             # IGMP3-R-037, MLD2-R-006
0       R1 = other-querier-present-interval 255                        # IGMP3-R-038
0       R1 = older-host-present-interval 260                           # IGMP3-R-039
0       R1 < report to_ex G1 {}
0       R1 = G1 exclude {} {} timer 260
