# The response time of a newer query, read in an older version (RFC 2236 2.5, RFC 2710 3.7)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
10      H1 < older query *
15      H1 > report G1
# IGMP2-H-009: 14.3 s and not 24.8 s; 33.672 s and not 40 s
ipv4: 50 H1 < query * code 143
ipv6: 50 H1 < query * code 33672
ipv4: 57.15 H1 > report G1
ipv6: 66.836 H1 > report G1
