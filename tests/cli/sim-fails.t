# Wrong twice: what H1 sends at 0.5 s, and what it has at 1 s.
family ipv4
node H1 host
0      H1 join G1
0      H1 > report to_ex G1 {}
0.5    H1 > report is_ex G1 {}
1      H1 = G1 none
