# older versions ignored by configuration: RFC 9776 9.2
ipv4: node R1 router ignore-v1 yes ignore-v2 yes
ipv6: node R1 router ignore-v1 yes
end 40
# IGMP3-R-058
0       R1 < older report G1
0       R1 < oldest report G1
0       R1 = G1 none
0       R1 = count rx-ignored 2
10      R1 < report to_ex G1 {}
11      R1 < older report G1
11      R1 = G1 exclude {} {} timer 269 version newest
20      R1 < leave G1
20      R1 = G1 exclude {} {} timer 260
