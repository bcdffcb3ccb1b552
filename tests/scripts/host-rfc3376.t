# The intervals of RFC 3376 8.12 and RFC 3810 9.12
timers rfc3376
node H1 host
node H2 host

# IGMP3-H-058
10      H1 < older query *
ipv4: 10 H1 = older 2 260
ipv6: 10 H1 = older 1 260
15      H1 < older query * max 2.5
ipv4: 15 H1 = older 2 260
16      H2 < query * qqi 60
20      H2 < older query *
ipv4: 20 H2 = older 2 130
ipv6: 20 H2 = older 1 130
ipv6: 149.999 H2 = version older
ipv6: 150 H2 = version newest
