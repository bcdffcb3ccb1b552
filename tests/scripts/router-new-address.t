# a new own address: who it is begins anew, but not beside a querier that is lower all the same (RFC 9776 6.6.2)
name LOW 10.0.0.1 fe80::1
name MID 10.0.0.5 fe80::5
name OWN 10.0.0.9 fe80::9
name NEW 10.0.0.8 fe80::8
name LEAST 10.0.0.3 fe80::3
node T router address 10.0.0.9|fe80::9 member no
end 60
0       T > query *
10      T < query * from MID
10      T = querier MID
20      T set address NEW
20      T = querier MID
20      T = other-querier 245
20      T silent until 30
30      T set address LEAST                  # lower than the querier: it asks at once
30      T > query *
30      T = querier self
40      T < query * from LOW
40      T = querier LOW
