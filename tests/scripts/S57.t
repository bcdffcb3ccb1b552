# S57 S flag, some sources answered for: RFC 9776 6.6.3.2; RFC 9777 7.6.3.2
node R1 router
end 15
0       R1 < report allow GS {a,b}
10      R1 < report block GS {a,b}
10      R1 > query GS {a,b} s no
10      R1 = GS include {a,b} timer a 2 timer b 2
10.5    R1 < report is_in GS {a}
10.5    R1 = GS include {a,b} timer a 270 timer b 1.5
# IGMP3-R-021: the second of two times; IGMP3-R-022: a message for either value of the flag
11      R1 > query GS {a} s yes
11      R1 > query GS {b} s no
11      R1 = GS include {a,b} timer a 269.5 timer b 1   # IGMP3-R-028
12      R1 = GS include {a} timer a 268.5
