# Source-specific groups (RFC 4604 2.2)
node H1 host

0       H1 join GS {a}
0       H1 > report allow GS {a}
0.5     H1 > report allow GS {a}
1       H1 join GS {b,c} socket 2
1       H1 > report allow GS {b,c}
1.5     H1 > report allow GS {b,c}
# SSM-007
10      H1 < query GS
10.5    H1 > report is_in GS {a,b,c}
# SSM-008
20      H1 < query GS {a,c,d}
20.5    H1 > report is_in GS {a,c}
# SSM-004, IGMP3-H-063: from nothing to nothing there is no mode to tell
30      H1 close 2
30      H1 > report block GS {b,c}
30.5    H1 > report block GS {b,c}
40      H1 leave GS
40      H1 > report block GS {a}
40.5    H1 > report block GS {a}
40.501  H1 silent until 60
