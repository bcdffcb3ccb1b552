# IGMPv1 alone ignored by configuration: RFC 9776 9.2
family ipv4
node R1 router ignore-v1 yes
end 10
# IGMP3-R-058
0       R1 < v1 report G1
0       R1 = G1 none
0       R1 < v2 report G2
0       R1 = G2 exclude {} {} timer 270 version 2
1       R1 < v1 report G2
1       R1 = G2 exclude {} {} timer 269 version 2 older 1 none
