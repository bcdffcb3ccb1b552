# Three hosts answer a query, each when it likes to.
node R1 router free
node H[1..3] host
0  H[*] join G1
8  R1 = G1 exclude {} {}
