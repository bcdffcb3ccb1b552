# records that say nothing that counts: RFC 9776 4.2; RFC 9777 5.2
node R1 router
end 10
# ROB-009: an unknown type is passed over, the others count
0       R1 < report 7 G1 {a}, to_ex G2 {}, 0 G3 {}, allow G4 {a}
0       R1 = G1 none
0       R1 = G2 exclude {} {} timer 270
0       R1 = G3 none
0       R1 = G4 include {a}
0       R1 = count rx-unknown-record 2
# ROB-008: a record with a source that is none is no leave, and nothing else
1       R1 < report to_in G2 {224.0.0.5|ff02::5}, block G4 {a,NONE}, allow G5 {b}
1       R1 < report allow G6 {127.0.0.1|::1,b}
1       R1 = G2 exclude {} {} timer 269 queries 0
1       R1 = G4 include {a} timer a 269
1       R1 = G5 include {b}
1       R1 = G6 none
1       R1 = count rx-bad-source 3
