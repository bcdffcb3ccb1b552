# S84 a source-specific group under an older querier (RFC 4604 2.2.3, 2.2.5)
node H1 host

0       H1 join GS {a}
0       H1 > report allow GS {a}
0.5     H1 > report allow GS {a}
# SSM-006, IGMP3-H-062, MLD2-H-013: told, and it falls back all the same
10      H1 < older query *
10      H1 = warned ssm 1
10      H1 = version older
15      H1 > report GS
15.001  H1 silent until 60
