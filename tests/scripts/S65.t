# S65 the group timer runs out: RFC 9776 6.2.2, 6.5; RFC 9777 7.2.2, 7.5
node R1 router
end 370
0       R1 < report is_ex G1 {b}
95      R1 < report allow G1 {a}
265     R1 = G1 exclude {a} {b} timer 5 timer a 100
265     R1 = forwards * G1 yes
# IGMP3-R-012, MLD2-R-009: who is requested stays, who is excluded goes
270     R1 = G1 include {a} timer a 95
270     R1 = forwards a G1 yes
270     R1 = forwards b G1 no
270     R1 = forwards * G1 no
270     R1 = told G1 yes
364.999 R1 = forwards a G1 yes
365     R1 = G1 none
365     R1 = told G1 no
