# S61 EXCLUDE, ALLOW brings a source back: RFC 9776 6.4.2; RFC 9777 7.4.2
node R1 router
end 90
0       R1 < report to_ex G1 {}
70      R1 < report block G1 {a}
70      R1 > query G1 {a} s no
71      R1 > query G1 {a} s no
72      R1 = forwards a G1 no
80      R1 < report allow G1 {a}
80      R1 = G1 exclude {a} {} timer 190 timer a 270    # RT-09
80      R1 = forwards a G1 yes
