# S85 any source of a source-specific group (RFC 4604 2.1)
node H1 host

# SSM-002, IGMP3-H-063
0       H1 silent until 20
0       H1 listen GS exclude {} fails EINVAL
1       H1 join GS fails EINVAL
2       H1 listen GS exclude {a} fails EINVAL
3       H1 = GS none
# and what there is stays
20      H1 join GS {a}
20      H1 > report allow GS {a}
20.5    H1 > report allow GS {a}
30      H1 listen GS exclude {b} fails EINVAL
30      H1 = GS include {a}
30      H1 silent until 60
