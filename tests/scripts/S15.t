# S15 sockets change, the interface does not (RFC 9776 3.2)
node H1 host

0       H1 join G1
0       H1 > report to_ex G1 {}
0.5     H1 > report to_ex G1 {}
# IGMP3-H-007
10      H1 silent until 60
10      H1 listen G1 exclude {a} socket 2
11      H1 listen G1 include {a,b} socket 3
11      H1 = G1 exclude {} repeat none
12      H1 close 2
12      H1 close 3
13      H1 join G1
13      H1 = G1 exclude {} repeat none
# nor does it stop, or put off, what is being told
70      H1 join G2
70      H1 > report to_ex G2 {}
70.2    H1 listen G2 exclude {a} socket 2
70.3    H1 close 2
70.5    H1 > report to_ex G2 {}
70.501  H1 silent until 100
