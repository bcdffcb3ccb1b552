# a report without records, and one with more behind them: RFC 9776 4.2.4; RFC 9777 5.2.5
node R1 router
end 10
# ROB-005
ipv4: 0       R1 < raw 2200ddff00000000 from H1 to REPORTS
ipv6: 0       R1 < raw 8f00731300000000 from H1 to REPORTS
0       R1 = count rx-empty-report 1
0       R1 = G1 none
ipv4: 1       R1 < raw 2200f5f70000000104000000ef01010104000000ef010102 from H1 to REPORTS
ipv6: 1       R1 < raw 8f006cb90000000104000000ff15000000000000000000000001000104000000ff150000000000000000000000010002 from H1 to REPORTS
1       R1 = G1 exclude {} {} timer 270
1       R1 = G2 none
