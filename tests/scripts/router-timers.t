# what the intervals are: RFC 9776 8; RFC 9777 9
node R1 router
end 1
0       R1 = robustness 2
0       R1 = query-interval 125
0       R1 = query-response-interval 10
0       R1 = last-member-query-interval 1
0       R1 = group-membership-interval 270                             # IGMP3-R-037, MLD2-R-006
0       R1 = other-querier-present-interval 255                        # IGMP3-R-038, MLD2-R-007
0       R1 = older-host-present-interval 260                           # IGMP3-R-039, MLD2-R-007
