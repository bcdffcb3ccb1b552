# Each older general query starts the interval again (RFC 9776 7.2.1, RFC 9777 8.2.1)
node H1 host

10      H1 < older query *
ipv4: 10 H1 = older 2 350
ipv6: 10 H1 = older 1 260
# IGMP3-H-052, MLD2-H-010
100     H1 < older query *
ipv4: 100 H1 = older 2 350
ipv6: 100 H1 = older 1 260
# IGMP3-H-054: one for a group does not
200     H1 < older query G1
ipv4: 200 H1 = older 2 250
ipv6: 200 H1 = older 1 160
# IGMP3-H-055
ipv6: 359.999 H1 = version older
ipv6: 360 H1 = version newest
ipv4: 449.999 H1 = version older
ipv4: 450 H1 = version newest
