# Groups of the link, not reported where that is wanted (RFC 4541 2.1.2)
node H1 host report-link-local no
name MDNS 224.0.0.251 ff02::fb

# IGMP3-H-011: the other setting
0       H1 silent until 10
0       H1 join MDNS
1       H1 < query MDNS
2       H1 < query * f=0.2
10      H1 join G1
10      H1 > report to_ex G1 {}
10.5    H1 > report to_ex G1 {}
20      H1 < query *
25      H1 > report is_ex G1 {}
30      H1 leave MDNS
30      H1 silent until 60
