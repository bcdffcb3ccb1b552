# reports from elsewhere, and without Router Alert: RFC 9776 9.3
family ipv4
node R1 router prefix 10.0.0.0/24
node R2 router require-alert yes
end 20
# IGMP3-R-042
1       R1 < report to_ex G1 {} from 10.0.1.10
1       R1 = G1 none
1       R1 = count rx-bad-sender 1
2       R1 < report to_ex G1 {} from 10.0.0.99
2       R1 = G1 exclude {} {} timer 270
3       R1 < report to_ex G2 {} from NONE                              # IGMP3-R-041
3       R1 = G2 exclude {} {} timer 270
4       R1 < report to_ex G3 {} alert no
4       R1 = G3 exclude {} {} timer 270
5       R2 < report to_ex G1 {} alert no
5       R2 = G1 none
5       R2 = count rx-no-ra 1
6       R2 < v2 report G1 alert no
6       R2 = G1 exclude {} {} timer 270
