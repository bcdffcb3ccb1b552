# S62 EXCLUDE, a current state takes sources away: RFC 9776 6.4.1; RFC 9777 7.4.1
node R1 router
end 180
0       R1 < report is_ex G1 {c}
0       R1 < report allow G1 {a,b}
169     R1 = G1 exclude {a,b} {c} timer 101 timer a 101 timer b 101
170     R1 < report is_ex G1 {a,c,d}
# RT-08; IGMP3-R-014: the timer of d is set, those of the others are not; IGMP3-R-017: no query
170     R1 = G1 exclude {a,d} {c} timer 270 timer a 100 timer d 270
170     R1 = forwards b G1 yes
170     R1 = forwards c G1 no
