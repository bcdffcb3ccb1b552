# back to the newest version: RFC 9776 7.3.2; RFC 9777 8.3.2
node R1 router
end 380
0       R1 < older report G1
100     R1 < older report G1
100     R1 = G1 exclude {} {} timer 270 version older older older 260   # IGMP3-R-048
300     R1 < report is_ex G1 {}
359.999 R1 = G1 exclude {} {} version older
# IGMP3-R-054: the version, and nothing else
360     R1 = G1 exclude {} {} timer 210 version newest older older none
360     R1 = told G1 yes
361     R1 < report block G1 {a}
361     R1 > query G1 {a} s no
362     R1 > query G1 {a} s no
363     R1 = G1 exclude {} {a} timer 207
