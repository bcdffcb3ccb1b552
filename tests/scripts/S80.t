# S80 a listener of MLDv1: RFC 9777 8.3.2
# MLD2-R-011: its reports, its leaving, and queries of the newest version
family ipv6
node R1 router
end 20
0       R1 < v1 report G1
0       R1 = G1 exclude {} {} timer 270 version 1 older 1 260
0       R1 = forwards * G1 yes
10      R1 < done G1
10      R1 > raw 82007a9203e80000ff150000000000000000000000010001027d0000
10      R1 = G1 exclude {} {} timer 2 version 1
11      R1 > query G1 code 1000 s no
12      R1 = G1 none
12      R1 = told G1 no
