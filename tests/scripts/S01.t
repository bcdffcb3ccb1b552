# S01 plain join (RFC 9776 5.1, RFC 9777 6.1)
node H1 host

# IGMP3-H-017, IGMP3-H-018, IGMP3-H-020: without state is INCLUDE {}; told at once, the empty list too
0       H1 join G1
0       H1 > report to_ex G1 {}
0       H1 = G1 exclude {} repeat 0.5
# IGMP3-H-021, MLD2-H-005: robustness 2, so once more
0.5     H1 > report to_ex G1 {}
0.5     H1 = G1 exclude {} repeat none
0.501   H1 silent until 60
60      H1 = G1 exclude {}
60      H1 = count tx-report 2
