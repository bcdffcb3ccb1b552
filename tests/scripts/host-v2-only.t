# A host that knows IGMPv1 and IGMPv2 alone (RFC 2236 4, 8.11)
family ipv4
node H1 host version 2

0       H1 join G1
0       H1 > v2 report G1
5       H1 > v2 report G1
# IGMP2-H-007: for 400 s
10      H1 < v1 query *
10      H1 = version 1
10      H1 = older 1 400
15      H1 > v1 report G1
# IGMP2-H-007: whatever was heard last
100     H1 < v2 query *
100     H1 = version 1
105     H1 > v1 report G1
200     H1 leave G1
200     H1 silent until 300
300     H1 join G1
300     H1 > v1 report G1
305     H1 > v1 report G1
409.999 H1 = version 1
410     H1 = version 2
# IGMP2-H-009: the first 8 octets of what is newer
420     H1 < query *
425     H1 > v2 report G1
430     H1 leave G1
430     H1 > v2 leave G1
