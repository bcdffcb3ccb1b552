# S13 robustness 3 (RFC 9776 5.1, 8.1)
node H1 host robustness 3

# IGMP3-H-021
0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
1       H1 > report to_ex G1 {}
1       H1 = G1 exclude {} repeat none
1.001   H1 silent until 60
# IGMP3-H-023: a source that comes in between has three of its own
60      H1 listen G1 exclude {a}
60      H1 > report block G1 {a}
60.2    H1 listen G1 exclude {a,b}
60.2    H1 > report block G1 {a,b}
60.7    H1 > report block G1 {a,b}
61.2    H1 > report block G1 {b}
61.201  H1 silent until 120
# and one that comes before it in order
120     H1 listen G1 exclude {a,b,d}
120     H1 > report block G1 {d}
120.2   H1 listen G1 exclude {a,b,c,d}
120.2   H1 > report block G1 {c,d}
120.7   H1 > report block G1 {c,d}
121.2   H1 > report block G1 {c}
121.201 H1 silent until 180
