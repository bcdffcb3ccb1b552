# The group of all nodes appears in no message, of no version (RFC 9776 5, RFC 9777 6, RFC 2236 6)
node H1 host

# IGMP3-H-010, MLD2-H-001
0       H1 silent until 30
0       H1 join NODES
1       H1 < query *
# IGMP3-H-064
2       H1 < query NODES
2       H1 = response none
3       H1 leave NODES
# IGMP3-H-010, IGMP2-H-002, MLD1-H-001: in the older version
10      H1 < older query *
10      H1 = version older
11      H1 join NODES
12      H1 < older query NODES
ipv6: 13 H1 join ff01::5
ipv6: 13 H1 join ff00::5
ipv6: 14 H1 < older query ff01::5
ipv6: 15 H1 leave ff01::5
20      H1 leave NODES
# and in the oldest
30      H1 < oldest query *
30      H1 join NODES
31      H1 join G1
31      H1 > oldest report G1
36      H1 > oldest report G1
40      H1 < oldest query *
45      H1 > oldest report G1
50      H1 leave NODES
50      H1 silent until 60
