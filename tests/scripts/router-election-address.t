# which address is lower: RFC 9776 6.6.2; RFC 9777 7.6.2
name UP 10.1.0.1 fe80::200
name SIDE 10.0.1.40 fe80:0:0:0:1::
name LOW 10.0.0.200 fe80::2
node T router address 10.0.1.5|fe80::100 member no
end 300
0       T > query *
# IGMP3-R-032: the whole address of IGMP; MLD2-R-004: the last 64 bits of MLD, the first octet weighs most
10      T < query * from UP
10      T = querier self
20      T < query * from SIDE
20      T = querier self
31.25   T > query *
40      T < query * from LOW
40      T = querier LOW
40      T = other-querier 255
295     T > query *
