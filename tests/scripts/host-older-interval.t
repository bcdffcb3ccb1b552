# For how long an older querier counts (RFC 9776 8.12, RFC 9777 9.12)
node H1 host
node H2 host
node H3 host

# IGMP3-H-058: ten times the response time of the query; MLD2-H-011: the response interval, once
10      H1 < older query * max 2.5
ipv4: 10 H1 = older 2 275
ipv6: 10 H1 = older 1 260
15      H1 < older query * max 20
ipv4: 15 H1 = older 2 450
ipv6: 15 H1 = older 1 260
# IGMP3-H-058: defaults; MLD2-H-011: the interval that the last query told
16      H2 < query * qqi 60
17      H2 < query G1 qqi 30
20      H2 < older query *
ipv4: 20 H2 = older 2 350
ipv6: 20 H2 = older 1 130
# IGMP3-H-058: version 1 has 10 s
ipv4: 20 H3 < v1 query *
ipv4: 20 H3 = older 1 350
