# groups that never leave the link: RFC 5771 4; RFC 4291 2.7
node R1 router
end 10
0       R1 < report to_ex 224.0.0.251|ff02::fb {}, is_in 224.0.0.252|ff02::1:3 {a}, to_ex G1 {}
# IGMP3-R-057: known or not, they are never forwarded
0       R1 = forwards * 224.0.0.251|ff02::fb no
0       R1 = forwards a 224.0.0.252|ff02::1:3 no
0       R1 = forwards * REPORTS no
0       R1 = G1 exclude {} {} timer 270
0       R1 = forwards * G1 yes
1       R1 < report to_ex NODES {}, is_in NODES {a}
1       R1 = NODES none
1       R1 = forwards * NODES no
