# S74 members of IGMPv1 and IGMPv2: RFC 9776 7.3.2; RFC 2236 5
family ipv4
node R1 router
end 375
0       R1 < v1 report G1
0       R1 < v1 report G2
100     R1 < v2 report G1
100     R1 < v2 report G2
100     R1 = G1 exclude {} {} timer 270 version 1 older 1 160 older 2 260   # IGMP3-R-048, IGMP3-R-049
200     R1 < leave G1
200     R1 = G1 exclude {} {} timer 170 version 1
260     R1 = G1 exclude {} {} timer 110 version 2 older 1 none older 2 100  # IGMP3-R-054
300     R1 < leave G1
300     R1 > query G1 max 1 s no
301     R1 > query G1 max 1 s no
302     R1 = G1 none
# The other group, whose members say nothing.
359.999 R1 = G2 exclude {} {} version 2
360     R1 = G2 exclude {} {} timer 10 version 3 older 1 none older 2 none  # IGMP3-R-054
370     R1 = G2 none
