# Another range of source-specific groups (RFC 4604 2)
ipv4: node H1 host ssm 239.1.0.0/16
ipv6: node H1 host ssm ff15::/16

# SSM-001: what is in it, and the default no more
0       H1 silent until 10
0       H1 join G1 fails EINVAL
1       H1 listen G1 exclude {a} fails EINVAL
10      H1 join G1 {a}
10      H1 > report allow G1 {a}
10.5    H1 > report allow G1 {a}
20      H1 join GS
20      H1 > report to_ex GS {}
20.5    H1 > report to_ex GS {}
