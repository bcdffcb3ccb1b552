# S32 state changes while an answer is pending (RFC 9776 5.2)
node H1 host

0       H1 join GS {a,b,c}
0       H1 > report allow GS {a,b,c}
0.5     H1 > report allow GS {a,b,c}
10      H1 < query GS {a,b} f=0.9
10.3    H1 listen GS include {b}
10.3    H1 > report block GS {a,c}
10.8    H1 > report block GS {a,c}
# IGMP3-H-040, MLD2-H-006: the state when the answer goes
10.9    H1 > report is_in GS {b}
10.901  H1 silent until 60
