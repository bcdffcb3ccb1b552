# A router asks, a host joins and leaves.
family ipv4
node R1 router member no
node H1 host robustness 1 adopt-robustness no
0    R1 > query *
1    H1 join G1
1    H1 > report to_ex G1 {}
2    H1 leave G1
2    H1 > report to_in G1 {}
2    R1 > query G1
2.5  H1 silent until 3
3    R1 > query G1
