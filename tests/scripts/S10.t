# S10 list change interrupted by a mode change (RFC 9776 5.1)
node H1 host

0       H1 listen G1 include {a}
0       H1 > report allow G1 {a}
# IGMP3-H-024: no ALLOW or BLOCK beside the mode
0.2     H1 listen G1 exclude {}
0.2     H1 > report to_ex G1 {}
0.201   H1 silent until 0.7
0.7     H1 > report to_ex G1 {}
0.701   H1 silent until 60
