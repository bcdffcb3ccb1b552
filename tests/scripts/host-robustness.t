# How often a change is told (RFC 9776 5.1, 8.1, 8.11, 4.1.6)
node H1 host robustness 1
node H2 host robustness 3 unsolicited-report-interval 4
node H3 host
node H4 host adopt-robustness no
node H5 host

# IGMP3-H-021: once
0       H1 join G1
0       H1 > report to_ex G1 {}
# IGMP3-H-021: each gap is drawn for itself, from its own interval
0       H2 join G1 f=0.25
0       H2 > report to_ex G1 {}
1       H2 > report to_ex G1 {} f=0.75
4       H2 > report to_ex G1 {}
# IGMP3-H-050: that of the querier, if it is to be adopted; ROB-020: zero is the default, and no number
10      H3 < query * qrv 3
10      H3 = robustness 3
10      H4 < query * qrv 3
10      H4 = robustness 2
10      H5 < query * qrv 3
11      H5 < query * qrv 0 qqic 0
11      H5 = robustness 2
20      H3 join G1
20      H3 > report to_ex G1 {}
20      H4 join G1
20      H4 > report to_ex G1 {}
20      H5 join G1
20      H5 > report to_ex G1 {}
20.5    H3 > report to_ex G1 {}
20.5    H4 > report to_ex G1 {}
20.5    H5 > report to_ex G1 {}
21      H3 > report to_ex G1 {}
30      H5 < older query *
ipv6: 30 H5 = older 1 260
35      H5 > report G1
60      H1 = count tx-report 1
60      H2 = count tx-report 3
60      H3 = count tx-report 3
60      H4 = count tx-report 2
