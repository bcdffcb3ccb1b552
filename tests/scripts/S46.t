# S46 join and leave, as MLD has it (RFC 9777 6.1, 5.2.14, 5.2.15)
node H1 host

# IGMP3-H-049: from an address of the interface
0       H1 join G1
0       H1 > report to_ex G1 {} from H1 to REPORTS ttl 1 alert yes
0.5     H1 > report to_ex G1 {} from H1 to REPORTS ttl 1 alert yes
10      H1 leave G1
10      H1 > report to_in G1 {} from H1 to REPORTS ttl 1 alert yes
10.5    H1 > report to_in G1 {} from H1 to REPORTS ttl 1 alert yes
10.501  H1 silent until 60
