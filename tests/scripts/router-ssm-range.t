# other groups are the source-specific ones: RFC 4604 2; RFC 9776 6.4
ipv4: node R1 router ssm 239.1.0.0/16
ipv6: node R1 router ssm ff15::/16
end 10
# SSM-009
0       R1 < report to_ex G1 {}, allow G2 {a}, to_ex GS {}
0       R1 = G1 none
0       R1 = G2 include {a}
0       R1 = GS exclude {} {} timer 270
0       R1 = count rx-ssm 1
