# S06 exclude list replaced (RFC 9776 5.1)
node H1 host

0       H1 listen G1 exclude {a}
0       H1 > report to_ex G1 {a}
0.5     H1 > report to_ex G1 {a}
# IGMP3-H-014, IGMP3-H-019
10      H1 listen G1 exclude {b}
10      H1 > report allow G1 {a}, block G1 {b}
10      H1 = G1 exclude {b}
10.5    H1 > report allow G1 {a}, block G1 {b}
10.501  H1 silent until 60
