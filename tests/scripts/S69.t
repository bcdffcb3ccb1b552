# S69 three routers, one dies: RFC 9776 6.6.2; RFC 9777 7.6.2
# All are switched on at once: none hears of another before it has asked.
link delay 1ms
node R1 router
node R2 router
node R3 router
end 420
0       R1 > query *
0       R2 > query *
0       R3 > query *
1       link delay 0
1       R1 = querier self
1       R2 = querier R1
1       R3 = querier R1                      # IGMP3-R-030
31.25   R1 > query *
31.25   R3 = other-querier 255
40      R1 stop
# IGMP3-R-033: of two whose timers end together the lower one stays
286.25  R2 > query *
286.25  R3 > query * optional
286.25  R2 = querier self
286.25  R3 = querier R2
411.25  R2 > query *
411.25  R3 = querier R2
