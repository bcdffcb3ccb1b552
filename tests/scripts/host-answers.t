# What becomes of recorded sources (RFC 9776 5.2)
node H1 host

0       H1 join G1
0       H1 join GS {a,b,c}
0       H1 > report to_ex G1 {}, allow GS {a,b,c} split
0.5     H1 > report to_ex G1 {}, allow GS {a,b,c} split
# IGMP3-H-042: the general answer clears the list, not the timer, which then answers as IGMP3-H-039 has it
10      H1 < query GS {a} max 10 f=0.9
11      H1 < query * f=0.2
13      H1 > report is_ex G1 {}, is_in GS {a,b,c}
13      H1 = GS include {a,b,c} response 6
19      H1 > report is_in GS {a,b,c}
# IGMP3-H-042: an answer leaves nothing for the next
30      H1 < query GS {a}
30.5    H1 > report is_in GS {a}
40      H1 < query GS {b}
40.5    H1 > report is_in GS {b}
# IGMP3-H-040: the mode at the time of the answer
50      H1 < query G1 {a,b} max 10
52      H1 listen G1 exclude {a}
52      H1 > report block G1 {a}
52.5    H1 > report block G1 {a}
55      H1 > report is_in G1 {b}
60      H1 < query G1 {a,c} max 10
62      H1 listen G1 include {a,b}
62      H1 > report to_in G1 {a,b}
62.5    H1 > report to_in G1 {a,b}
65      H1 > report is_in G1 {a}
65.001  H1 silent until 100
