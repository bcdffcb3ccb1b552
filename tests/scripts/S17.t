# S17 a link-local group, and all nodes (RFC 9776 5, RFC 9777 6)
node H1 host
name MDNS 224.0.0.251 ff02::fb

# IGMP3-H-011, MLD2-H-002: any other group of the link is reported
0       H1 join MDNS
0       H1 > report to_ex MDNS {}
0.5     H1 > report to_ex MDNS {}
# IGMP3-H-010, MLD2-H-001
10      H1 join NODES
10      H1 silent until 25
20      H1 < query *
25      H1 > report is_ex MDNS {}
30      H1 leave NODES
30      H1 silent until 60
