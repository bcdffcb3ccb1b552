# S59 a current state asks nothing: RFC 9776 6.1, 6.4.1; RFC 9777 7.1, 7.4.1
node R1 router
end 20
0       R1 < report allow G1 {a,b}
# IGMP3-R-017: the same sets as in S58, and no query
10      R1 < report is_ex G1 {b,c}
10      R1 = G1 exclude {b} {c} timer 270 timer b 260   # RT-02
10      R1 = forwards c G1 no
10      R1 = forwards a G1 yes
