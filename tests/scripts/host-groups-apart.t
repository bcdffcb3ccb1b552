# A change of one group leaves the repeats of another alone (RFC 9776 5.1)
node H1 host

0       H1 join G1 f=0.8
0       H1 > report to_ex G1 {}
0.2     H1 join G2 f=0.9
0.2     H1 > report to_ex G2 {}
# IGMP3-H-022: of the same record; IGMP3-H-021
0.8     H1 > report to_ex G1 {}
1.1     H1 > report to_ex G2 {}
1.101   H1 silent until 10
# IGMP3-H-030: what is due at one time may go together
10      H1 join G3 f=0.8
10      H1 > report to_ex G3 {}
10.3    H1 join G4 f=0.5
10.3    H1 > report to_ex G4 {}
10.8    H1 > report to_ex G3 {}, to_ex G4 {} split
10.801  H1 silent until 60
