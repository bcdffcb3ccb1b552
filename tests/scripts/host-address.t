# The address that reports come from (RFC 9776 4.2.14; RFC 9777 5.2.14, RFC 3590 4; RFC 4291 2.7)
node H1 host address none

# IGMP3-H-049, MLD2-H-008: none is valid yet
0       H1 join G1
0       H1 > report to_ex G1 {} from NONE to REPORTS ttl 1 alert yes
0.5     H1 > report to_ex G1 {} from NONE to REPORTS ttl 1 alert yes
1       H1 join GS {a}
1       H1 > report allow GS {a} from NONE
1.5     H1 > report allow GS {a} from NONE
10      H1 < query *
15      H1 > report is_ex G1 {}, is_in GS {a} from NONE
# MLD2-H-009: all groups, as if joined now; IGMP has no such rule
20      H1 set address 10.0.0.10|fe80::10
ipv4: 20 H1 silent until 30
ipv6: 20 H1 > report to_ex G1 {}, allow GS {a} from fe80::10 split
ipv6: 20.5 H1 > report to_ex G1 {}, allow GS {a} from fe80::10 split
30      H1 < query *
35      H1 > report is_ex G1 {}, is_in GS {a} from 10.0.0.10|fe80::10
# another one takes its place: that is no first one
40      H1 set address 10.0.0.77|fe80::77
40      H1 silent until 55
50      H1 < query *
55      H1 > report is_ex G1 {}, is_in GS {a} from 10.0.0.77|fe80::77
# ADDR-010: no group is a source
60      H1 silent until 80
60      H1 join G2 {G1} fails MC_ERR_SOURCE
60      H1 listen G2 exclude {a,G1} fails MC_ERR_SOURCE
60      H1 = G2 none
