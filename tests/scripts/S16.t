# S16 two groups at one time (RFC 9776 5.1)
node H1 host

# IGMP3-H-030: in one report or in two
0       H1 join G1
0       H1 join G2
0       H1 > report to_ex G1 {}, to_ex G2 {} split
0.5     H1 > report to_ex G1 {}, to_ex G2 {} split
0.501   H1 silent until 60
