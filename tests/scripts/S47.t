# S47 duplicate address detection (RFC 3590 4, RFC 9777 5.2.14)
family ipv6
node H1 host address none

# MLD2-H-008; MLD2-H-002: a solicited-node group is reported as others are
0       H1 join ff02::1:ff00:10
0       H1 > report to_ex ff02::1:ff00:10 {} from NONE to REPORTS ttl 1 alert yes
0.5     H1 > report to_ex ff02::1:ff00:10 {} from NONE
# MLD2-H-009
1.2     H1 set address fe80::10
1.2     H1 > report to_ex ff02::1:ff00:10 {} from fe80::10
1.7     H1 > report to_ex ff02::1:ff00:10 {} from fe80::10
1.701   H1 silent until 60
