# S09 mode change interrupted by a list change (RFC 9776 5.1, RFC 9777 6.1)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
# IGMP3-H-024, IGMP3-H-025, MLD2-H-005: the mode is still to be told, with the whole list as it is now
0.2     H1 listen G1 exclude {a}
0.2     H1 > report to_ex G1 {a}
0.201   H1 silent until 0.7
# IGMP3-H-027, IGMP3-H-023: the mode has been told twice, the source once
0.7     H1 > report block G1 {a}
0.7     H1 = G1 exclude {a} repeat none
0.701   H1 silent until 60
